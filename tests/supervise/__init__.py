"""Tests of `gatepost.supervise`: a small program of real processes under the real supervisor."""
