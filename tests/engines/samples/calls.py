"""Calls that bandit's tests know."""

import crypt
import hashlib
import logging.config
import marshal
import os
import pickle
import random
import socket
import ssl
import subprocess
import tarfile
import tempfile
import urllib.request
import xml.dom.minidom
import xml.dom.pulldom
import xml.etree.cElementTree
import xml.etree.ElementTree
import xml.sax

import cryptography.hazmat.primitives.asymmetric.ec as ec
import cryptography.hazmat.primitives.asymmetric.rsa
import httpx
import jinja2
import mako.template
import paramiko
import pysnmp.hlapi
import requests
import torch
import transformers
import yaml
from Crypto.Cipher import ARC4
from Crypto.PublicKey import DSA
from Cryptodome.PublicKey import RSA
from cryptography.hazmat.primitives.ciphers.modes import ECB
from django.db.models.expressions import RawSQL
from django.utils import safestring
from flask import Flask
from markupsafe import Markup


def everything(request, text, archive, session, ec_curve):
    exec(text)
    eval(text)
    os.chmod("/etc/thing", 0o777)
    os.chmod(text, 0o600)
    socket.socket().bind(("0.0.0.0", 80))
    archive.login(password="hunter2")
    requests.get(text, verify=False)
    httpx.Client(verify=False, timeout=None)
    requests.post(text, timeout=3)
    Flask("x").run(debug=True)
    tarfile.open(text).extractall()
    tarfile.open(text).extractall(members=[])
    tarfile.open(text).extractall(filter="data")
    hashlib.md5(text)
    hashlib.new("sha1", text)
    hashlib.md5(text, usedforsecurity=False)
    crypt.crypt(text, salt=crypt.METHOD_MD5)
    ssl.wrap_socket(ssl_version=ssl.PROTOCOL_SSLv3)
    ssl.wrap_socket()
    session.connect(method=ssl.PROTOCOL_TLSv1)
    ssl._create_unverified_context()
    cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key(key_size=512)
    ec.generate_private_key(ec_curve)
    DSA.generate(512)
    RSA.generate(bits=1024)
    yaml.load(text)
    yaml.load(text, Loader=yaml.SafeLoader)
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(paramiko.AutoAddPolicy)
    client.exec_command(text)
    pysnmp.hlapi.CommunityData("public", mpModel=0)
    pysnmp.hlapi.UsmUserData("name")
    subprocess.Popen(text, shell=True)
    subprocess.run("ls", shell=True)
    subprocess.run(["ls", text])
    archive.start(text, shell=True)
    os.system(text)
    os.popen("tar xf *")
    os.execl(text)
    session.extra(select={"x": text})
    session.extra(where=["a = 1"])
    RawSQL(text, [])
    RawSQL("select 1", [])
    logging.config.listen(9000)
    torch.load(text)
    transformers.AutoModel.from_pretrained(text)
    transformers.AutoModel.from_pretrained(text, revision="abcdef1")
    jinja2.Environment(loader=text)
    jinja2.Environment(autoescape=True)
    jinja2.Environment(autoescape=text)
    mako.template.Template(text)
    safestring.mark_safe(text)
    safestring.mark_safe("<b>")
    Markup(text)
    pickle.loads(text)
    marshal.loads(text)
    hashlib.sha1(text)
    ARC4.new(text)
    ECB(text)
    tempfile.mktemp()
    urllib.request.urlopen(text)
    random.random()
    __import__("telnetlib")
    __import__("importlib").import_module("telnetlib")
    xml.etree.cElementTree.parse(text)
    xml.etree.ElementTree.parse(text)
    xml.sax.parse(text)
    xml.dom.minidom.parse(text)
    xml.dom.pulldom.parse(text)
    return input(text)
