from collections.abc import Iterable, Iterator

from linter.analyses.upload_fields import UploadField, upload_fields
from linter.analyses.uploads import Fate, Upload, uploads_of
from linter.backend import Backend
from linter.rule import Confidence, Note, Outcome, Rule, Severity, Undecided


class UploadUnchecked(Rule[Upload | UploadField]):
    """An upload is stored, or read as a whole, and nothing looks at its size or type.

    ## Why
    Any caller of the route fills the disk or the memory with one request, or leaves a page or a program
    behind that others will fetch from your address.

    ## Bad
        @router.post("/photos")
        async def add(photo: UploadFile):
            (PHOTOS / str(uuid4())).write_bytes(await photo.read())

    ## Good
        @router.post("/photos")
        async def add(photo: UploadFile):
            if photo.size is None or photo.size > MAX_PHOTO or photo.content_type not in PHOTO_TYPES:
                raise HTTPException(422, "a JPEG or PNG of at most 5 MB")
            (PHOTOS / str(uuid4())).write_bytes(await photo.read())

    ## Limits
    Uploads of FastAPI, Flask and Django handlers are followed through the functions of the project, and
    plain file fields of model forms and serializers are read with their validators and `clean` methods. Any
    condition or comparison on the upload, its name, type, size or content counts as a check, and so does a
    limit of the whole application (`MAX_CONTENT_LENGTH`, a look at `Content-Length`). What is handed to a
    library that may refuse it, or to a form, is undecided. Behind a guard that asks for a right, such as an
    administrator's, it is a note. Limits of a proxy in front are not seen.

    ## References
    - https://cwe.mitre.org/data/definitions/434.html
    - https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "uploads that handlers take"
    cwe = 434
    owasp = "API4:2023"

    def subjects(self, backend: Backend) -> Iterable[Upload | UploadField]:
        """Parameters that hold uploads, handlers that read `request.files`, and file fields."""
        return [*uploads_of(backend), *upload_fields(backend)]

    def check(self, subject: Upload | UploadField, backend: Backend) -> Iterator[Outcome]:
        """An upload that is kept without a look at it."""
        if isinstance(subject, UploadField):
            if not subject.is_checked:
                yield self.finding(
                    subject,
                    f"`{subject.field.name}` takes files of any size and type through "
                    f"`{subject.schema.scope.name}`, which stores them",
                    help="give the field `validators` for the size and the type",
                    related=[Note(subject.schema.location, f"{subject.route} reads its body with this")],
                )
        elif subject.fate is Fate.UNKNOWN:
            yield Undecided("the upload goes to code that may refuse it")
        elif subject.fate is Fate.KEPT and subject.kept is not None:
            function = subject.function.scope.name
            yield self.finding(
                subject,
                f"`{subject.name}` in `{function}` is an upload that nothing checks for size or type before "
                f"the code {subject.how}",
                help="refuse what is larger than you need, and types that you do not expect",
                severity=Severity.NOTE if _is_privileged(subject, backend) else None,
                related=[Note(subject.kept, f"the code {subject.how} here")],
            )


def _is_privileged(upload: Upload, backend: Backend) -> bool:
    """Whether only callers with a right of their own get to the upload."""
    routes = [route for route in backend.routes if route.function is upload.function]
    return bool(routes) and all(
        any(guard.kind == "authorization" for guard in route.guards) for route in routes
    )
