"""Imports that bandit's tests know."""

import ftplib
import telnetlib
import wsgiref.handlers
import xmlrpc.client
from importlib import import_module
from xml.dom import expatbuilder as builder
from xml.sax import expatreader as reader

import Crypto.Hash.MD5
import lxml.etree
import pyghmi
from Crypto.Hash import MD2
from twisted.web.twcgi import CGIScript

import_module("ftplib")
builder.parse("x")
reader.create_parser("x")
telnetlib.Telnet("x")
ftplib.FTP("x")
lxml.etree.parse("x")
Crypto.Hash.MD5.new()
MD2.new()
