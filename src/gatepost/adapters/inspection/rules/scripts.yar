// Scripts that fetch a program, or build it, and start it. Each rule asks for all of: a place where scripts run, where
// the program comes from, and that it is started; one of them alone is the trade of honest administrators.

rule Script_With_Program
{
    meta:
        says = "A script that decodes a Windows program from base64."
    strings:
        $mz1 = "TVqQAAMAAAAEAAAA"
        $mz2 = "TVpQAAIAAAAEAA8A"
        $mz3 = "TVoAAAAAAAAAAAAA"
        $decode1 = "FromBase64String" nocase
        $decode2 = /certutil(\.exe)?["']?\s{1,8}[\/-]decode/ nocase
        $decode3 = "bin.base64" nocase
        $decode4 = "[System.Convert]" nocase
        $run1 = "WScript.Shell" nocase
        $run2 = "Start-Process" nocase
        $run3 = "Reflection.Assembly" nocase
        $run4 = "Invoke-Expression" nocase
        $run5 = "ADODB.Stream" nocase
        $run6 = "start /b" nocase
        $run7 = "%temp%" nocase
    condition:
        any of ($mz*) and any of ($decode*) and any of ($run*)
}

rule Shortcut_Runs_Script
{
    meta:
        says = "A shortcut that starts an interpreter with something hidden or fetched."
    strings:
        $shell1 = "powershell" ascii wide nocase
        $shell2 = "mshta" ascii wide nocase
        $shell3 = "cmd.exe" ascii wide nocase
        $shell4 = "wscript" ascii wide nocase
        $shell5 = "rundll32" ascii wide nocase
        $how1 = "-enc" ascii wide nocase
        $how2 = "DownloadString" ascii wide nocase
        $how3 = "DownloadFile" ascii wide nocase
        $how4 = "Invoke-WebRequest" ascii wide nocase
        $how5 = "FromBase64String" ascii wide nocase
        $how6 = "Invoke-Expression" ascii wide nocase
        $how7 = "-urlcache" ascii wide nocase
        $how8 = "bitsadmin" ascii wide nocase
        $how9 = "javascript:" ascii wide nocase
        $how10 = "http://" ascii wide nocase
        $how11 = "https://" ascii wide nocase
        $how12 = "-w hidden" ascii wide nocase
        $how13 = "-windowstyle h" ascii wide nocase
    condition:
        uint32be(0) == 0x4C000000 and uint32be(4) == 0x01140200 and any of ($shell*) and any of ($how*)
}

rule Hta_Dropper
{
    meta:
        says = "An HTML application that starts a program."
    strings:
        $hta = "<hta:application" nocase
        $object1 = "WScript.Shell" nocase
        $object2 = "Shell.Application" nocase
        $run1 = ".Run" nocase
        $run2 = ".ShellExecute" nocase
        $run3 = ".Exec" nocase
        $what1 = "powershell" nocase
        $what2 = "cmd.exe" nocase
        $what3 = "cmd /c" nocase
        $what4 = "rundll32" nocase
        $what5 = "regsvr32" nocase
        $what6 = "XMLHTTP" nocase
    condition:
        $hta and any of ($object*) and any of ($run*) and any of ($what*)
}

rule Script_Dropper
{
    meta:
        says = "A script for Windows that fetches or unpacks a file, and starts it."
    strings:
        $host1 = "ActiveXObject"
        $host2 = "WScript.CreateObject" nocase
        $host3 = "CreateObject(" nocase
        $shell1 = "WScript.Shell" nocase
        $shell2 = "Shell.Application" nocase
        $from1 = "MSXML2." nocase
        $from2 = "Microsoft.XMLHTTP" nocase
        $from3 = "WinHttp.WinHttpRequest" nocase
        $from4 = "bin.base64" nocase
        $file1 = "ADODB.Stream" nocase
        $file2 = "SaveToFile" nocase
        $run1 = ".Run" nocase
        $run2 = ".ShellExecute" nocase
        $run3 = ".Exec" nocase
    condition:
        any of ($host*) and any of ($shell*) and any of ($from*) and all of ($file*) and any of ($run*)
}

rule Script_Starts_Encoded_Powershell
{
    meta:
        says = "A script for Windows that starts PowerShell with an encoded command."
    strings:
        $host1 = "ActiveXObject("
        $host2 = "CreateObject(" nocase
        $shell = "WScript.Shell" nocase
        $encoded = /powershell[^\r\n]{0,200}\s-e(nc|nco|ncod|ncode|ncoded|ncodedc|ncodedcommand)?\s{1,4}["']?[A-Za-z0-9+\/]{60}/ nocase
    condition:
        any of ($host*) and $shell and $encoded
}

rule Batch_Dropper
{
    meta:
        says = "A batch file that fetches a program out of sight, and starts it."
    strings:
        $echo = "@echo off" nocase
        $fetch1 = "DownloadFile(" nocase
        $fetch2 = "DownloadString(" nocase
        $fetch3 = /certutil(\.exe)?\s{1,8}[^\r\n]{0,80}-urlcache/ nocase
        $fetch4 = /bitsadmin(\.exe)?\s{1,8}\/transfer/ nocase
        $fetch5 = "Invoke-WebRequest" nocase
        $hidden1 = /-w(in|indowstyle)?\s{1,4}h(idden)?\b/ nocase
        $hidden2 = /\s-e(nc|ncodedcommand)\s{1,4}[A-Za-z0-9+\/]{60}/ nocase
        $hidden3 = /certutil[^\r\n]{0,120}%(temp|tmp|appdata|public)%/ nocase
        $hidden4 = /bitsadmin[^\r\n]{0,200}%(temp|tmp|appdata|public)%/ nocase
        $place = /%(temp|tmp|appdata|localappdata|public|programdata)%|\$env:(temp|tmp|appdata|localappdata|public)/ nocase
    condition:
        $echo in (0..64) and any of ($fetch*) and any of ($hidden*) and $place
}
