"""The matplotlib backend of a session: open figures become PNG displays at show() or at the end of the cell."""

import base64
import io
import sys

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

NAME = "module://codeact_worker.figures"

FigureCanvas = FigureCanvasAgg
FigureManager = FigureManagerBase


def show(*args, **kwargs):
    """Displays the open figures and closes them; what plt.show() calls."""
    from IPython.display import display
    from matplotlib._pylab_helpers import Gcf

    managers = Gcf.get_all_fig_managers()
    try:
        for manager in managers:
            display({"image/png": png(manager.canvas.figure), "text/plain": repr(manager.canvas.figure)}, raw=True)
    finally:
        Gcf.destroy_all()


def png(figure):
    """A figure as PNG in base64."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", bbox_inches="tight")
    return base64.b64encode(picture.getvalue()).decode("ascii")


def as_result(figure):
    """The PNG of a figure that is a cell's result, which is then not shown a second time."""
    from matplotlib._pylab_helpers import Gcf

    Gcf.destroy_fig(figure)
    return png(figure)


def show_left_open():
    """The end of a cell."""
    helpers = sys.modules.get("matplotlib._pylab_helpers")
    if helpers and helpers.Gcf.figs:
        show()
