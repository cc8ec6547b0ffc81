"""The replies that the protocol itself gives (RFC 5321 §4.2.2, RFC 3463); policy has its own.

No reply names the product, a version or anything the client said (RFC 5321 §4.2, attack PROTO-35).
"""

from gatepost.model.reply import Reply

OK = Reply(250, "2.0.0", "OK")
SENDER_OK = Reply(250, "2.1.0", "Sender OK")
RECIPIENT_OK = Reply(250, "2.1.5", "Recipient OK")
RESET_OK = Reply(250, "2.0.0", "Reset")
START_CONTENT = Reply(354, "", "End data with <CR><LF>.<CR><LF>")
CHUNK_OK = Reply(250, "2.0.0", "Chunk received")
BYE = Reply(221, "2.0.0", "Closing connection")
START_TLS = Reply(220, "2.0.0", "Ready to start TLS")
CANNOT_VERIFY = Reply(252, "2.5.0", "Cannot verify; send mail and see")

BARE_LINE_END = Reply(554, "5.5.2", "Line ends must be CRLF; closing connection")
NUL_OCTET = Reply(500, "5.5.2", "NUL in command; closing connection")
PIPELINED = Reply(554, "5.5.0", "Improper pipelining; closing connection")
TOO_LONG = Reply(500, "5.5.2", "Syntax error (command line too long)")
TOO_LONG_CLOSING = Reply(421, "5.5.2", "Syntax error (command line too long)")
NO_LINE_END = Reply(500, "5.5.2", "Line too long; closing connection")
UNKNOWN = Reply(500, "5.5.1", "Command not recognized")
DISABLED = Reply(502, "5.5.1", "Command not implemented")
DISABLED_CLOSING = Reply(421, "5.5.1", "Command not implemented; closing connection")
NOT_SMTP = Reply(421, "5.5.1", "This is SMTP; closing connection")
BAD_CHARACTERS = Reply(500, "5.5.2", "Syntax error (invalid characters)")
BAD_ARGUMENT = Reply(501, "5.5.4", "Syntax error in argument")
BAD_SEQUENCE = Reply(503, "5.5.1", "Bad sequence of commands")
BAD_HELO = Reply(501, "5.5.4", "A domain name or address literal is required")
BAD_SENDER = Reply(501, "5.1.7", "Bad sender address syntax")
BAD_RECIPIENT = Reply(501, "5.1.3", "Bad recipient address syntax")
BAD_PARAMETER = Reply(501, "5.5.4", "Syntax error in parameter")
UNKNOWN_PARAMETER = Reply(555, "5.5.4", "Parameter not recognized")
TOO_LARGE = Reply(552, "5.3.4", "Message exceeds the maximum size")
NEEDS_SMTPUTF8 = Reply(553, "5.6.7", "Address needs SMTPUTF8")
NO_BINARYMIME = Reply(555, "5.6.1", "BINARYMIME is not supported")
BAD_CONTENT_LINE_END = Reply(550, "5.6.11", "Message contains bare CR or bare LF")
BAD_CONTENT_NUL = Reply(550, "5.6.11", "Message contains NUL")
XEXCH50_REFUSED = Reply(504, "5.7.4", "Authentication required")
TLS_UNAVAILABLE = Reply(454, "4.7.0", "TLS not available")
STARTTLS_FIRST = Reply(530, "5.7.0", "Must issue a STARTTLS command first")
