"""stub"""
def check(bench):
    """x"""
    yield
def login(bench):
    """y"""
    yield
