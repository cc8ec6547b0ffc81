"""What does the last part of a name make of a file where it is opened?

Everything that Outlook blocks ("Level 1") is here, and what Windows, macOS or a Linux desktop runs besides. Source code
that no desktop runs by itself is text.
"""

from gatepost.model.inspection import FileClass

WORDS = {
    # Programs, what installs them, and what Windows loads or starts.
    FileClass.EXECUTABLE: """
        exe com scr pif cpl dll sys drv ocx ax vxd efi msi msp mst msu msix msixbundle appx appxbundle appinstaller
        appcontent-ms application appref-ms jar jnlp class dex apk app ipa gadget xll wll xbap elf so dylib pkg mpkg
        deb rpm ade adp fxp prg bas bgi vbp vsw vsto webpnp printerexport diagcab diagcfg diagpkg osd isp ins air run
        command action workflow xpi crx vsix xnk ops pcd plg shb shs tsp pyd wasm appimage flatpak snap
        ppkg terminal tool osax prefpane oxt
        """,
    # Read by an interpreter, or merged into the machine's settings: registry, trust store, profile, theme.
    FileClass.SCRIPT: """
        js jse vb vbe vbs ws wsb wsc wsf wsh hta bat cmd btm ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psdm1 psm1 pssc cdxml
        msh msh1 msh2 mshxml msh1xml msh2xml reg scf sct inf htc asp aspx pl py pyc pyo pyw pyz
        pyzw au3 ahk scpt scptd applescript vsmacros msc theme themepack deskthemepack prf grp tmp cer crt der xsl xslt
        mcf inx paf mobileconfig provxml msrcincident
        """,
    FileClass.UNIX_SCRIPT: "csh ksh sh bash zsh fish",
    FileClass.SHORTCUT: """
        lnk url website library-ms search-ms searchconnector-ms settingcontent-ms desktop webloc inetloc fileloc iqy oqy
        rqy dqy odc udl rdp pbk mad maf mag mam maq mar mas mat mau mav maw mapimail desklink glk asx wax wvx wmx
        osdx contact
        """,
    FileClass.DISK_IMAGE: """
        iso img vhd vhdx dmg udf sparseimage sparsebundle vmdk vdi qcow2 toast cdr ima daa nrg mdf wim swm esd
        """,
    FileClass.HELP: "chm chi hlp cnt hpj its",
    FileClass.OFFICE_MACRO: """
        docm dotm xlsm xltm xlam xla xlm xlsb xlw pptm potm ppam ppsm ppa sldm mdb mde mda mdt mdw mdz mdn accdb accde
        accda accdr accdt vsdm vstm vssm
        """,
    FileClass.OFFICE: """
        doc dot docx dotx xls xlt xlsx xltx ppt pot pps pptx potx ppsx sldx rtf odt ott ods ots odp otp odg odf odb fodt
        fods fodp pub vsd vsdx vss vst wps wpd wri pages numbers key slk dif sylk xps oxps epub mpp
        """,
    FileClass.PDF: "pdf fdf xfdf xdp",
    FileClass.HTML: "html htm xhtml xht shtml mht mhtml",
    FileClass.NOTEBOOK: "one onepkg onetoc2",
    FileClass.ARCHIVE: """
        zip zipx 7z rar r00 r01 tar gz tgz bz2 tbz tbz2 xz txz lz lzma tlz zst tzst z taz cab arj ace cpio ar lzh lha
        zoo arc sit sitx sea pst ost jmod war ear lz4 br xar alz egg kgb
        uu uue hqx bhx b64 mim xip cpgz pax
        """,
    FileClass.MESSAGE: "eml msg mbox emlx oft nws",
    FileClass.SIGNED: "p7s p7m p7c p7b p7z asc sig pgp gpg",
    FileClass.CALENDAR: "ics ical ifb vcs",
    FileClass.IMAGE: """
        jpg jpeg jpe jfif png gif bmp dib tif tiff webp ico heic heif avif svg svgz psd ai eps raw cr2 nef xcf emf wmf
        jp2 tga pcx
        """,
    FileClass.MEDIA: """
        mp3 mp4 m4a m4v m4b wav ogg oga ogv opus flac aac wma wmv avi mov mkv webm mpg mpeg 3gp 3g2 mid midi aif aiff
        amr flv swf
        """,
    FileClass.FONT: "ttf otf woff woff2 eot ttc",
    FileClass.TEXT: """
        txt text log md rst ini cfg conf json yaml yml xml toml diff patch po c h cc cpp hpp cxx java go rs cs s asm tex
        bib vcf vcard srt nfo sql css ldif csv tsv dsc properties rb lua tcl pm php m4 mk
        """,
}

BY_EXTENSION = {word: kind for kind, words in WORDS.items() for word in words.split()}

RISKY = frozenset({
    FileClass.EXECUTABLE, FileClass.SCRIPT, FileClass.UNIX_SCRIPT, FileClass.SHORTCUT, FileClass.DISK_IMAGE,
    FileClass.HELP,
})  # fmt: skip
"""What acts on a double click, or is mounted by one."""
