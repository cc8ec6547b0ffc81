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
    "application/x-msdownload": FileClass.EXECUTABLE,
    "application/x-msdos-program": FileClass.EXECUTABLE,
    "application/x-dosexec": FileClass.EXECUTABLE,
    "application/x-executable": FileClass.EXECUTABLE,
    "application/x-sharedlib": FileClass.EXECUTABLE,
    "application/x-pie-executable": FileClass.EXECUTABLE,
    "application/x-mach-binary": FileClass.EXECUTABLE,
    "application/vnd.microsoft.portable-executable": FileClass.EXECUTABLE,
    "application/java-archive": FileClass.EXECUTABLE,
    "application/vnd.android.package-archive": FileClass.EXECUTABLE,
    "application/x-msi": FileClass.EXECUTABLE,
    "application/x-sh": FileClass.UNIX_SCRIPT,
    "application/x-shellscript": FileClass.UNIX_SCRIPT,
    "text/x-shellscript": FileClass.UNIX_SCRIPT,
    "text/x-msdos-batch": FileClass.SCRIPT,
    "application/hta": FileClass.SCRIPT,
    "application/javascript": FileClass.SCRIPT,
    "application/x-javascript": FileClass.SCRIPT,
    "text/javascript": FileClass.SCRIPT,
    "text/vbscript": FileClass.SCRIPT,
    "application/x-ms-shortcut": FileClass.SHORTCUT,
    "application/x-iso9660-image": FileClass.DISK_IMAGE,
    "application/x-apple-diskimage": FileClass.DISK_IMAGE,
    "application/vnd.ms-htmlhelp": FileClass.HELP,
    "application/ogg": FileClass.MEDIA,
}
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
    exact = EXACT.get(media_type)
    if exact is not None:
        return exact
    return next((kind for prefix, kind in BY_PREFIX if media_type.startswith(prefix)), FileClass.UNKNOWN)
