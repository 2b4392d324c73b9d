"""The colors of the staff workspace, as the admin's theme wants them: eleven shades of paper and of petrol."""

_PAPER = [
    "98.7% .003 220", "96.4% .006 220", "90.4% .008 222", "83% .014 222", "71% .016 228", "50.5% .02 232",
    "43% .022 234", "36% .018 232", "26.5% .016 232", "20.6% .014 232", "15% .011 232",
]  # fmt: skip
_PETROL = [
    "97.5% .012 212", "95% .022 212", "90% .04 210", "84% .07 207", "75% .095 208", "62% .1 214",
    "46% .09 220", "40% .084 221", "34% .07 222", "28% .055 224", "21% .04 226",
]  # fmt: skip


def _shades(colors: list[str]) -> dict[str, str]:
    names = ["50", *[str(step * 100) for step in range(1, 10)], "950"]
    return {name: f"oklch({color})" for name, color in zip(names, colors, strict=True)}


STAFF = {"base": _shades(_PAPER), "primary": _shades(_PETROL)}
