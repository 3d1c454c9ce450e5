"""The fonts of the PDF: two weights of Pretendard that come with the package; fonts of the system are never used.

Convention: the files are put there when the package is built; the code repository does not hold them.
"""

from pathlib import Path

from bokgi.errors.reports import FontMissing

FAMILY = "Pretendard"
FILES = ("Pretendard-Regular.otf", "Pretendard-Bold.otf")
_FOLDER = Path(__file__).parent / "fonts"


def font_folder(folder: Path = _FOLDER) -> Path:
    """Return the folder of the fonts.

    Raises
    ------
    FontMissing
        A file is not there.
    """
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise FontMissing(f"{folder.parent.name}/{folder.name}", missing)
    return folder
