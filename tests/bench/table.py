# SPDX-License-Identifier: MIT
"""table.py: a measured figure, and whether it reaches its goal."""
import dataclasses


@dataclasses.dataclass
class Figure:
    """A line of the table; met: None when there is no goal."""
    what: str
    value: float
    goal: str
    met: object
    detail: str
    digits: int = 2

    def __str__(self):
        mark = {None: '', True: 'met', False: 'NOT MET'}[self.met]
        return (f'{self.what:<60} {self.value:>9.{self.digits}f}  '
                f'{self.goal:<9} {mark:<8} {self.detail}').rstrip()


def at_least(what, value, goal, detail='', digits=2):
    """A figure that is better when it is larger."""
    return Figure(what, value, f'>= {goal}', value >= goal, detail, digits)


def at_most(what, value, goal, detail='', digits=2):
    """A figure that is better when it is smaller."""
    return Figure(what, value, f'<= {goal}', value <= goal, detail, digits)


def plain(what, value, detail='', digits=2):
    """A figure that nothing was promised for."""
    return Figure(what, value, '', None, detail, digits)
