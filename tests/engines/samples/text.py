"""Strings, assertions and handlers that bandit's tests know."""

import ssl

password = "correct horse"
token: str = "not looked at"
settings = {"secret": "value", "plain": "value", "token": None}
settings["passwd"] = "value"
folder = "/tmp/place"
address = "0.0.0.0"
raw = b"0.0.0.0"


def run(cursor, name, password="letmein", version=ssl.PROTOCOL_SSLv2, *, token="ignored"):
    """select x from y is a docstring."""
    assert name
    cursor.execute("select * from people where name = '%s'" % name)
    cursor.execute("select * from people where name = '" + name + "'")
    cursor.execute(f"select * from people where name = '{name}'")
    cursor.execute("select * from people where name = '{}'".format(name))
    cursor.execute("select * from people where name = :n".replace(":n", name))
    cursor.execute("select * from people where name = ?", name)
    statement = f"update people set name = {name}"
    if password == "admin" or cursor.password == "root":
        return statement
    try:
        cursor.close()
    except Exception:
        pass
    try:
        cursor.close()
    except (ValueError, KeyError):
        pass
    for each in cursor:
        try:
            each.close()
        except:
            continue
    return [each for each in ["0.0.0.0"] if each == "/var/tmp/x"]


def hushed(name):
    eval(name)  # nosec
    eval(name)  # nosec B101
    eval(name)  # nosec: B307, B101
    eval(  # nosec eval
        name
    )
