"""Which class does a media type belong to?"""

from gatepost.model.inspection import FileClass

EXACT = {
    "application/pdf": FileClass.PDF,
    "text/html": FileClass.HTML,
    "application/xhtml+xml": FileClass.HTML,
    "text/calendar": FileClass.CALENDAR,
    "application/ics": FileClass.CALENDAR,
    "message/rfc822": FileClass.MESSAGE,
    "message/global": FileClass.MESSAGE,
    "message/partial": FileClass.FRAGMENT,
    "message/external-body": FileClass.FRAGMENT,
    "application/ms-tnef": FileClass.MESSAGE,
    "application/vnd.ms-tnef": FileClass.MESSAGE,
    "application/pkcs7-mime": FileClass.SIGNED,
    "application/x-pkcs7-mime": FileClass.SIGNED,
    "application/pkcs7-signature": FileClass.SIGNED,
    "application/x-pkcs7-signature": FileClass.SIGNED,
    "application/pgp-signature": FileClass.SIGNED,
    "application/pgp-encrypted": FileClass.SIGNED,
    "application/msword": FileClass.OFFICE,
    "text/rtf": FileClass.OFFICE,
    "application/rtf": FileClass.OFFICE,
    "application/vnd.ms-excel": FileClass.OFFICE,
    "application/vnd.ms-powerpoint": FileClass.OFFICE,
    "application/onenote": FileClass.NOTEBOOK,
    "application/zip": FileClass.ARCHIVE,
    "application/x-zip-compressed": FileClass.ARCHIVE,
    "application/gzip": FileClass.ARCHIVE,
    "application/x-gzip": FileClass.ARCHIVE,
    "application/x-tar": FileClass.ARCHIVE,
    "application/x-7z-compressed": FileClass.ARCHIVE,
    "application/x-rar": FileClass.ARCHIVE,
    "application/vnd.rar": FileClass.ARCHIVE,
    "application/vnd.ms-cab-compressed": FileClass.ARCHIVE,
    "application/ogg": FileClass.MEDIA,
}
DANGEROUS = {
    FileClass.EXECUTABLE: """
        application/x-msdownload application/x-msdos-program application/x-dosexec application/x-executable
        application/x-sharedlib application/x-pie-executable application/x-mach-binary application/exe
        application/x-exe application/dos-exe application/x-winexe application/msdos-windows application/com
        application/x-com application/x-pif application/vnd.microsoft.portable-executable application/x-elf
        application/java-archive application/x-java-archive application/x-java-jnlp-file
        application/vnd.android.package-archive application/x-msi application/x-ms-installer
        application/x-ms-application application/x-ms-xbap application/x-ms-vsto application/appinstaller
        application/msix application/msixbundle application/appx application/appxbundle application/vnd.ms-appx
        application/x-xpinstall application/x-debian-package application/vnd.debian.binary-package
        application/x-rpm application/x-redhat-package-manager
        """,
    FileClass.SCRIPT: """
        text/x-msdos-batch application/bat application/x-bat application/x-msdos-batch application/hta
        application/javascript application/x-javascript text/javascript text/x-javascript text/jscript
        text/x-jscript application/ecmascript text/ecmascript text/vbscript text/x-vbscript
        application/x-vbscript application/x-vbs application/x-powershell text/x-powershell text/scriptlet
        text/x-scriptlet application/x-sct application/x-ms-wsf text/x-component application/inf
        application/x-setupscript application/x-python-code application/x-mscardfile
        application/x-apple-aspen-config
        """,
    FileClass.UNIX_SCRIPT: """
        application/x-sh application/x-shellscript text/x-shellscript text/x-sh application/x-csh text/x-csh
        """,
    FileClass.SHORTCUT: """
        application/x-ms-shortcut application/internet-shortcut application/x-mswinurl application/x-url
        application/x-desktop application/x-ms-iqy text/x-ms-iqy text/x-ms-rqy application/windows-library+xml
        application/windows-search-connector+xml application/opensearchdescription+xml application/x-rdp
        """,
    FileClass.DISK_IMAGE: """
        application/x-iso9660-image application/x-cd-image application/x-iso-image application/vnd.efi.iso
        application/vnd.efi.img application/x-raw-disk-image application/x-vhd application/x-vhdx
        application/x-virtualbox-vhd application/x-apple-diskimage
        """,
    FileClass.HELP: """
        application/vnd.ms-htmlhelp application/x-chm application/winhlp application/x-winhelp
        """,
    FileClass.OFFICE_MACRO: """
        application/x-msaccess application/msaccess application/vnd.ms-access
        """,
}
"""What names the file for Windows, macOS or a Linux desktop where nothing else does."""

BY_TYPE = EXACT | {word: kind for kind, words in DANGEROUS.items() for word in words.split()}
MACROS = "macroenabled"
BY_PREFIX = (
    ("text/", FileClass.TEXT),
    ("image/", FileClass.IMAGE),
    ("audio/", FileClass.MEDIA),
    ("video/", FileClass.MEDIA),
    ("font/", FileClass.FONT),
    ("application/vnd.openxmlformats", FileClass.OFFICE),
    ("application/vnd.oasis.opendocument", FileClass.OFFICE),
    ("application/vnd.ms-", FileClass.OFFICE),
    ("application/font-", FileClass.FONT),
    ("application/vnd.ms-opentype", FileClass.FONT),
)


def class_of_media(media_type: str) -> FileClass:
    """`UNKNOWN` for what says nothing, such as `application/octet-stream`."""
    exact = BY_TYPE.get(media_type)
    if exact is not None:
        return exact
    if MACROS in media_type:
        return FileClass.OFFICE_MACRO
    return next((kind for prefix, kind in BY_PREFIX if media_type.startswith(prefix)), FileClass.UNKNOWN)
