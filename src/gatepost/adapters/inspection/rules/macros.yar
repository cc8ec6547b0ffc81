// Macros, as source text: VBA that runs by itself and fetches or starts a program.

rule Vba_Dropper
{
    meta:
        says = "VBA that runs when the document is opened, and fetches or starts a program."
    strings:
        $module = "Attribute VB_" nocase
        $auto1 = /\bsub\s{1,8}(auto_?open|auto_?exec|auto_?close|auto_?new|document_open|document_close|workbook_open|workbook_activate)\b/ nocase
        $download = "URLDownloadToFile" nocase
        $object = "CreateObject(" nocase
        $shell1 = "WScript.Shell" nocase
        $shell2 = "Shell.Application" nocase
        $shell3 = "Win32_Process" nocase
        $from1 = "XMLHTTP" nocase
        $from2 = "WinHttpRequest" nocase
        $stream = "ADODB.Stream" nocase
        $run1 = "powershell" nocase
        $run2 = /cmd(\.exe)?\s{1,4}\/[ck]/ nocase
        $run3 = "mshta" nocase
        $run4 = "regsvr32" nocase
        $run5 = "rundll32" nocase
        $run6 = "certutil" nocase
        $plain = /\bShell[ (]{1,3}["'](powershell|cmd|mshta|rundll32|regsvr32|certutil|wscript|cscript)/ nocase
    condition:
        $module and $auto1 and (
            $download or $plain
            or ($object and any of ($shell*) and any of ($run*))
            or ($object and any of ($from*) and $stream)
        )
}
