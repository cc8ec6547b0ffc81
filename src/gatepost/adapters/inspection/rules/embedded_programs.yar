// Programs where documents should be: a document with one of them inside is made to have it started.

rule OneNote_With_Program
{
    meta:
        says = "A OneNote section with a program, shortcut or script among its files ([MS-ONESTORE] 2.6.13)."
    strings:
        $object = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC }
        $pe = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC [20] 4D 5A }
        $lnk = { E7 16 E3 BD 65 26 11 45 A4 C4 8D 4D 0B 7A 9E AC [20] 4C 00 00 00 01 14 02 00 }
        $hta = "<hta:application" nocase
        $batch = "@echo off" nocase
        $shell = "WScript.Shell" nocase
        $powershell = "powershell" nocase
    condition:
        uint32be(0) == 0xE4525C7B and uint32be(4) == 0x8CD8A74D and
        ($pe or $lnk or ($object and ($hta or $shell or ($batch and $powershell))))
}

rule Rtf_With_Program
{
    meta:
        says = "RTF with a program in the hexadecimal data of an object."
    strings:
        $data = "\\objdata" nocase
        $stub = "546869732070726f6772616d2063616e6e6f742062652072756e" nocase
        $package = "5061636b616765" nocase
        $exe = /2e(657865|736372|706966|636d64|626174|766273|6a73|687461)00/ nocase
    condition:
        uint32be(0) == 0x7B5C7274 and $data and ($stub or ($package and $exe))
}

rule Ole_Package_With_Program
{
    meta:
        says = "An OLE file with a package in which a Windows program is."
    strings:
        $native = "\x01Ole10Native" wide
        $stub = "This program cannot be run in DOS mode"
        $must = "This program must be run under Win32"
    condition:
        uint32be(0) == 0xD0CF11E0 and uint32be(4) == 0xA1B11AE1 and $native and ($stub or $must)
}

rule Pdf_With_Program
{
    meta:
        says = "A PDF that starts something when it is opened, with a Windows program in it."
    strings:
        $launch = "/Launch"
        $stub = "This program cannot be run in DOS mode"
    condition:
        uint32be(0) == 0x25504446 and $launch and $stub
}
