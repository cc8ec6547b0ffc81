// HTML smuggling: a page that carries a file, builds it in the browser, and has it saved.

rule Html_Smuggles_File
{
    meta:
        says = "A page that builds a program, archive or disk image out of itself, and has it downloaded."
    strings:
        $script = "<script" nocase
        $pe = /["'`,(]TV[oqpr][A-Za-z0-9+\/]{60}/
        $zip = /["'`,(]UEsDB[A-P][A-Za-z0-9+\/]{50}/
        $rar = /["'`,(]UmFyIRoH[A-Za-z0-9+\/]{50}/
        $zip7 = /["'`,(]N3q8ryc[A-Za-z0-9+\/]{50}/
        $cab = /["'`,(]TVNDRg[A-Za-z0-9+\/]{50}/
        $blob1 = /new\s{1,4}Blob\s{0,4}\(/
        $blob2 = /new\s{1,4}File\s{0,4}\(/
        $blob3 = "msSaveOrOpenBlob"
        $blob4 = "data:application/"
        $save1 = "createObjectURL"
        $save2 = "msSaveOrOpenBlob"
        $save3 = ".download" nocase
        $save4 = /\bdownload\s{0,4}=/ nocase
        $click1 = ".click("
        $click2 = "msSaveOrOpenBlob"
        $click3 = "dispatchEvent"
        $click4 = "location.href"
        $click5 = "location.assign"
    condition:
        $script and any of ($pe, $zip, $rar, $zip7, $cab) and any of ($blob*) and any of ($save*) and any of ($click*)
}
