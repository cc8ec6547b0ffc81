// The test file that every antivirus engine knows (EICAR, "Anti Malware Testfile"), written as octets: this file is none.

rule Eicar_Test_File
{
    meta:
        says = "The EICAR test file: at the very beginning, and nothing but white space behind it, 128 octets at most."
    strings:
        $eicar = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24
                   45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D 54 45 53 54 2D 46 49 4C
                   45 21 24 48 2B 48 2A }
    condition:
        filesize <= 128 and $eicar at 0 and
        (filesize == 68 or for all i in (68..filesize - 1) : (
            uint8(i) == 0x20 or uint8(i) == 0x09 or uint8(i) == 0x0A or uint8(i) == 0x0D or uint8(i) == 0x1A
        ))
}

rule Eicar_In_Carrier
{
    meta:
        says = "A small archive, document or page that holds nothing much but the EICAR test file."
    strings:
        $eicar = { 58 35 4F 21 50 25 40 41 50 5B 34 5C 50 5A 58 35 34 28 50 5E 29 37 43 43 29 37 7D 24
                   45 49 43 41 52 2D 53 54 41 4E 44 41 52 44 2D 41 4E 54 49 56 49 52 55 53 2D 54 45 53 54 2D 46 49 4C
                   45 21 24 48 2B 48 2A }
    condition:
        filesize <= 8192 and $eicar and
        (uint16be(0) == 0x504B or uint32be(0) == 0xD0CF11E0 or uint32be(0) == 0x25504446 or uint32be(0) == 0x7B5C7274
         or uint32be(0) == 0x52617221 or uint32be(0) == 0x377ABCAF or uint32be(0) == 0xE4525C7B
         or uint16be(0) == 0x4D5A or uint16be(257) == 0x7573)
}
