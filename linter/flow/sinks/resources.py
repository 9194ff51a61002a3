"""Files and addresses: what a value names."""

from __future__ import annotations

from linter.flow.sinks.table import RECEIVER, rows

_HTTP = "get post put patch delete head options"


def _each(prefix: str, names: str = _HTTP) -> str:
    return " ".join(f"{prefix}.{name}" for name in names.split())


PROBES = frozenset(
    {
        "os.path.exists",
        "os.path.isfile",
        "os.path.isdir",
        "os.path.getsize",
        "os.path.getmtime",
        "os.path.lexists",
        "os.stat",
        "os.lstat",
        "?.exists",
        "?.is_file",
        "?.is_dir",
        "?.stat",
        "?.lstat",
    }
)
"""Sinks that look at a file and leave it alone: not worth a word beside one that uses it."""

PATH = [
    *rows(
        "path",
        "open io.open codecs.open aiofiles.open io.FileIO io.open_code gzip.open bz2.open lzma.open",
        0,
        "file",
    ),
    *rows(
        "path",
        "os.open os.remove os.unlink os.rmdir os.mkdir os.makedirs os.listdir os.scandir"
        " os.removedirs os.chmod",
        0,
        "path",
    ),
    *rows("path", "os.stat os.lstat os.walk os.truncate os.utime", 0, "path"),
    *rows(
        "path",
        "os.path.exists os.path.isfile os.path.isdir os.path.getsize os.path.getmtime os.path.lexists",
        0,
        "path",
    ),
    *rows(
        "path",
        "os.rename os.replace os.link os.symlink shutil.copy shutil.copy2 shutil.copyfile"
        " shutil.copytree shutil.move",
        0,
        "src",
    ),
    *rows(
        "path",
        "os.rename os.replace os.link os.symlink shutil.copy shutil.copy2 shutil.copyfile"
        " shutil.copytree shutil.move",
        1,
        "dst",
    ),
    *rows("path", "shutil.rmtree shutil.unpack_archive", 0, "path"),
    *rows("path", "flask.send_file quart.send_file", 0, "path_or_file"),
    *rows("path", "flask.send_from_directory quart.send_from_directory", 0, "directory"),
    *rows("path", "starlette.responses.FileResponse fastapi.responses.FileResponse", 0, "path"),
    *rows("path", "aiohttp.web.FileResponse litestar.response.File", 0, "path"),
    *rows("path", "sanic.response.file sanic.response.file_stream sanic.file", 0, "location"),
    *rows("path", "zipfile.ZipFile tarfile.open", 0, "name"),
    *rows("path", "linecache.getlines linecache.getline fileinput.input mimetypes.read_mime_types", 0),
    *rows("path", "configparser.ConfigParser.read", 0, "filenames"),
    *rows("path", "numpy.loadtxt numpy.genfromtxt pandas.read_csv pandas.read_json pandas.read_excel", 0),
    *rows(
        "path",
        "?.read_text ?.read_bytes ?.write_text ?.write_bytes ?.unlink ?.rmdir ?.mkdir"
        " ?.touch ?.iterdir ?.open"
        " ?.exists ?.is_file ?.is_dir ?.stat ?.rename ?.glob ?.rglob ?.lstat ?.hardlink_to ?.symlink_to",
        RECEIVER,
        "",
        "is-path",
    ),
    *rows("path", "request.file.save", 0, "dst"),
]

ARCHIVE = [
    # `zipfile` itself strips what leads out of the folder; `tarfile` does with a filter, or from 3.14 on.
    *rows("archive", "tarfile.TarFile.extractall", RECEIVER, "", "unfiltered"),
    *rows("archive", "tarfile.TarFile.extract", RECEIVER, "", "unfiltered-member"),
    *rows("archive", "shutil.unpack_archive", 0, "filename", "unfiltered-file"),
]

URL = [
    *rows("url", f"{_each('requests')} {_each('requests.Session')} {_each('httpx')}", 0, "url"),
    *rows(
        "url",
        f"{_each('httpx.Client')} {_each('httpx.AsyncClient')} {_each('aiohttp.ClientSession')}",
        0,
        "url",
    ),
    *rows("url", "aiohttp.ClientSession.ws_connect", 0, "url"),
    *rows("url", "httpx.Client httpx.AsyncClient", -1, "base_url"),
    *rows("url", "aiohttp.ClientSession", 0, "base_url"),
    *rows(
        "url",
        "requests.request requests.Session.request httpx.request httpx.stream httpx.Client.request"
        " requests.Request httpx.Request httpx.Client.build_request httpx.AsyncClient.build_request",
        1,
        "url",
    ),
    *rows(
        "url",
        "httpx.AsyncClient.request httpx.Client.stream httpx.AsyncClient.stream"
        " aiohttp.ClientSession.request",
        1,
        "url",
    ),
    *rows(
        "url",
        "urllib.request.urlopen urllib.request.Request urllib.request.urlretrieve urllib2.urlopen",
        0,
        "url",
    ),
    *rows("url", "urllib3.PoolManager.request urllib3.request urllib3.PoolManager.urlopen", 1, "url"),
    *rows("url", "http.client.HTTPConnection http.client.HTTPSConnection", 0, "host"),
    *rows("url", "socket.create_connection", 0, "address"),
    *rows("url", "httplib2.Http.request pycurl.Curl.setopt", 0, "uri"),
    *rows("url", "websockets.connect wget.download", 0),
]

REDIRECT = [
    *rows("redirect", "flask.redirect quart.redirect werkzeug.utils.redirect", 0, "location"),
    *rows("redirect", "django.shortcuts.redirect", 0, "to", "is-text"),
    *rows(
        "redirect",
        "django.http.HttpResponseRedirect django.http.HttpResponsePermanentRedirect",
        0,
        "redirect_to",
    ),
    *rows(
        "redirect",
        "starlette.responses.RedirectResponse fastapi.responses.RedirectResponse",
        0,
        "url",
        "is-text",
    ),
    *rows("redirect", "tornado.web.RequestHandler.redirect sanic.response.redirect sanic.redirect", 0, "url"),
    *rows("redirect", "litestar.response.Redirect", 0, "path"),
    *rows("redirect", "aiohttp.web.HTTPFound aiohttp.web.HTTPSeeOther bottle.redirect", 0, "location"),
]

EMAIL = [
    *rows("email", "smtplib.SMTP.sendmail aiosmtplib.SMTP.sendmail", 2, "msg", "raw-mail"),
]

# Whether a file is there is little to learn: no file is read, and none is changed.
PATH = [each._replace(sure=each.sure and each.callee not in PROBES) for each in PATH]

TABLE = [*PATH, *ARCHIVE, *URL, *REDIRECT, *EMAIL]
