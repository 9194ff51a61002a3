from collections.abc import Iterable, Iterator

from linter.analyses.provenance import SHELL_TEXT, Leaf, provenance_of
from linter.backend import Backend, Site, is_run_by_hand
from linter.facts.expressions import Constant, Expr, Sequence
from linter.finding import Note
from linter.rule import Confidence, CstRule, Outcome, Severity

_SUBPROCESS = ("run", "call", "Popen", "check_call", "check_output")
_ALWAYS = ("os.system", "os.popen", "subprocess.getoutput", "asyncio.create_subprocess_shell")
_SHELLS = ("sh", "bash", "/bin/sh", "/bin/bash")


class ShellFromParts(CstRule):
    """A shell command is put together from strings that a caller can choose.

    ## Why
    The shell reads `;`, `|`, `$(…)` and backticks in the value as commands, and runs them with the rights
    of the backend.

    ## Bad
        subprocess.run(f"convert {name} out.png", shell=True)

    ## Good
        subprocess.run(["convert", "--", name, "out.png"], check=True)

    ## Limits
    Values quoted with `shlex.quote`, numbers, and values held against an allow list are safe; a value whose
    origin is not known says nothing. A `str` parameter of a function that nobody is seen to call counts
    with low confidence: it may be handed constants only.

    ## References
    - https://docs.python.org/3/library/subprocess.html#security-considerations
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "commands handed to a shell"
    follows_values = True
    cwe = 78
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Calls that start a shell."""
        names = [f"subprocess.{name}" for name in _SUBPROCESS]
        return (site for site in backend.calls(*names, *_ALWAYS) if self._command(site) is not None)

    def _command(self, site: Site) -> Expr | None:
        """What the shell reads; None when no shell is started."""
        command = site.argument(0, "cmd" if site.callee.name.startswith("asyncio") else "args")
        if site.callee.name in _ALWAYS:
            return command
        if site.backend.constant(site.function, site.argument(99, "shell")) is True:
            return command
        if isinstance(command, Sequence) and len(command.items) > 2:
            words = [each.value if isinstance(each, Constant) else None for each in command.items[:2]]
            if words[0] in _SHELLS and words[1] == "-c":
                return command.items[2]
        return None

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A command with a part that the caller of the backend, or of the function, chooses."""
        worst: Leaf | None = None
        for leaf in provenance_of(backend).followed(subject.function, self._command(subject), SHELL_TEXT):
            if leaf.kind == "outside":
                worst = leaf
                break
            if leaf.kind == "parameter" and leaf.part:
                worst = worst or leaf
        outside = worst is not None and worst.kind == "outside"
        shows = None if backend.flows is None else backend.flows.judges if outside else backend.flows.ends_in
        if shows is not None and shows("command", subject.location):
            # `command-injection` shows the whole way of the same value, or knows that it has none.
            return
        if worst is None:
            return
        help = "pass a list of arguments without a shell, or quote the value with `shlex.quote`"
        if worst.kind == "outside":
            entry = worst.holder.scope.name or "the module"
            yield self.finding(
                subject,
                f"`{worst.what}` comes from the caller and a shell reads it, so the caller can run commands",
                help=help,
                related=[Note(worst.holder.location, f"`{worst.what}` enters in `{entry}`")],
                path=[Note(step, "handed on here") for step in reversed(worst.steps)],
            )
        elif self._is_text(worst, backend) and not is_run_by_hand(subject.location.path):
            yield self.finding(
                subject,
                f"parameter `{worst.what}` is put into a shell command unquoted, so it can be a command",
                help=help,
                confidence=Confidence.LOW,
            )

    def _is_text(self, leaf: Leaf, backend: Backend) -> bool:
        declared = next((each for each in leaf.holder.scope.parameters if each.name == leaf.what), None)
        parent = leaf.holder.parent
        if declared is None or parent is None:
            return False
        return backend.project.annotated_type(parent, declared.annotation) == "str"
