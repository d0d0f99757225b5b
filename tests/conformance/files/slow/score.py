"""Never gets done with a page."""

import time


def init():
    pass


def run(mini_batch):
    time.sleep(600)
    return mini_batch
