"""Files and words folded into text or other mail formats: TNEF, uuencode, yEnc, BinHex, S/MIME, texts and links."""
