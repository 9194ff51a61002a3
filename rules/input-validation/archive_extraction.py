from linter.rule import Confidence, FlowRule, Severity


class ArchiveExtraction(FlowRule):
    """All of a tar archive is unpacked wherever its members say.

    ## Why
    A member of an archive can be called `../../app/main.py`, or be a link to `/etc`. Who sends the archive
    writes files outside the folder, and code that runs next.

    ## Bad
        tarfile.open(fileobj=upload.file).extractall("/srv/data")

    ## Good
        tarfile.open(fileobj=upload.file).extractall("/srv/data", filter="data")

    ## Limits
    Archives that the caller sends, in memory or saved to a file by the same function. A `filter`, chosen
    `members`, and names that are checked before comply. Python 3.14 filters by default; `zipfile` strips
    such names itself.

    ## References
    - https://cwe.mitre.org/data/definitions/22.html
    - https://docs.python.org/3/library/tarfile.html#extraction-filters
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "archives unpacked by code that a request leads to"
    cwe = 22
    owasp = "API8:2023"
    kind = "archive"
    says = (
        "`{what}` comes from the caller and `{sink}` unpacks it without a filter, so its members "
        "can be written anywhere"
    )
    advice = 'pass `filter="data"`'
