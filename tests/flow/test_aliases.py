"""Types that name themselves are read to some depth, and the engine comes back."""

from linter.flow import flows_of

from .scoring import backend_of

CODE = """
import os
from fastapi import FastAPI

app = FastAPI()
Deep = list[Deep]
Other = Deep | None


@app.post("/a")
def a(x: Deep, y: Other, given: str):
    os.system(given)
"""


def test_an_alias_of_itself_ends_nothing():
    flows = flows_of(backend_of({"handler.py": CODE}))
    assert not flows.failures
    assert [flow.what for site in flows.sites("command") for flow in site.flows] == ["given"]
