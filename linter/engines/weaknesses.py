"""Weaknesses (CWE numbers) and the checklist: under which practice one is filed, and which ones are kin."""

from __future__ import annotations

from collections.abc import Mapping

_BY_PRACTICE: Mapping[str, tuple[int, ...]] = {
    "input-validation": (
        *(20, 22, 23, 35, 36, 73, 74, 77, 78, 79, 80, 83, 88, 89, 90, 91, 93, 94, 95, 96, 98, 99, 113, 116),
        *(117, 134, 155, 157, 158, 176, 177, 184, 185, 400, 409, 434, 444, 470, 502, 601, 611, 624, 625, 626),
        *(641, 643, 652, 730, 770, 776, 829, 838, 915, 917, 918, 943, 1236, 1284, 1321, 1333, 1336),
    ),
    "authentication": (
        *(208, 256, 257, 287, 288, 289, 290, 294, 302, 303, 304, 305, 306, 307, 308, 309, 330, 331, 334, 335),
        *(336, 337, 338, 345, 346, 347, 384, 385, 521, 549, 613, 620, 640, 1390),
    ),
    "authorization": (
        *(264, 266, 267, 268, 269, 275, 276, 280, 281, 282, 283, 284, 285, 286, 352, 425, 441, 497, 538, 548),
        *(552, 566, 639, 706, 862, 863, 922, 942, 1275, 1385),
    ),
    "data-protection": (
        *(259, 261, 295, 296, 297, 298, 299, 310, 311, 312, 313, 315, 316, 319, 320, 321, 322, 323, 324, 325),
        *(326, 327, 328, 329, 332, 340, 359, 523, 524, 525, 526, 539, 540, 598, 614, 759, 760, 780, 798, 916),
        *(1004, 1240, 1241, 1391, 1392, 1393, 1394),
    ),
    "secure-logging": (532, 533, 534, 778, 779),
    "error-responses": (200, 201, 203, 204, 205, 209, 210, 211, 213, 215, 550, 756),
    "error-handling": (
        *(248, 252, 253, 390, 391, 392, 393, 394, 395, 396, 397, 404, 459, 460, 544, 617, 703, 754, 755, 772),
        *(775,),
    ),
    "concurrency": (362, 363, 364, 366, 367, 368, 412, 413, 414, 543, 567, 609, 662, 663, 667, 764, 820, 821),
    "deployment": (
        *(
            16,
            250,
            272,
            273,
            377,
            378,
            379,
            427,
            428,
            489,
            494,
            605,
            665,
            668,
            693,
            732,
            733,
            912,
            1021,
            1104,
        ),
        *(1188, 1327, 1395),
    ),
    "integration": (300, 353, 354, 494, 940, 941),
}
_PRACTICES = {cwe: practice for practice, numbers in reversed(list(_BY_PRACTICE.items())) for cwe in numbers}

_FAMILIES: tuple[tuple[int, ...], ...] = (
    (77, 78, 88, 155),
    (79, 80, 83, 87, 116),
    (89, 564, 943),
    (94, 95, 96, 913, 1336),
    (22, 23, 35, 36, 73),
    (90,),
    (91, 643, 652),
    (93, 113, 644),
    (117, 532, 533, 534),
    (200, 201, 209, 210, 211, 215),
    (259, 321, 798, 1391, 1392, 1393, 1394),
    (295, 296, 297, 298, 299, 345, 347),
    (310, 326, 327, 328, 759, 760, 780, 916),
    (330, 331, 334, 335, 336, 337, 338, 340),
    (377, 378, 379),
    (390, 391, 392, 396, 703, 754, 755),
    (400, 730, 770, 1088, 1333),
    (434,),
    (502, 20),
    (601,),
    (611, 776, 827),
    (614, 1004, 1275),
    (732, 276, 275),
    (942, 346),
    (352,),
    (918,),
    (208, 385),
    (489, 94, 215),
)


_ADVISORIES = ("cve-", "ghsa-", "pysec-", "osv-")
"""Beginnings of the ids of known weaknesses in dependencies."""

_RUFF: Mapping[str, str] = {
    "ASYNC": "concurrency",
    "B904": "error-handling",
    "BLE": "error-handling",
    "D": "documentation",
    "DJ001": "normalization",
    "DJ007": "input-validation",
    "DTZ": "normalization",
    "E722": "error-handling",
    "FAST": "input-validation",
    "G": "secure-logging",
    "LOG": "secure-logging",
    "PLW1514": "deployment",
    "PT": "testing",
    "RUF006": "concurrency",
    "T20": "observability",
    "TRY": "error-handling",
    "TRY400": "secure-logging",
}
"""Practices of ruff's rules, whose results name no weakness, by the beginning of their codes."""


def practice_of_code(tool: str, code: str) -> str | None:
    """The practice that a tool's rule is filed under by its code; None when the code does not say."""
    if code.lower().startswith(_ADVISORIES):
        return "deployment"
    if tool.lower() != "ruff":
        return None
    if code.startswith("S") and code[1:].isdigit():
        from linter.engines.bandit.catalog import PRACTICES

        # ruff's `S608` is bandit's `B608`.
        return PRACTICES.get(f"B{code[1:]}")
    fitting = [prefix for prefix in _RUFF if code.startswith(prefix)]
    return _RUFF[max(fitting, key=len)] if fitting else None


def practice_of(cwe: int | None) -> str:
    """The practice that a weakness is filed under; `maintainability` when it is none of them."""
    return _PRACTICES.get(cwe or 0, "maintainability")


def related(one: int | None, other: int | None) -> bool:
    """Whether two weaknesses are the same, or of one family: one defect seen by two tools."""
    if one is None or other is None:
        return False
    return one == other or any(one in family and other in family for family in _FAMILIES)
