"""What a row of the benchmark found, and the table of all of them."""

import math
import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Result:
    """One comparison. The ratio is ours/peer where more is better and peer/ours where less is."""

    row: str
    name: str
    unit: str
    ours: float
    peer: float | None  # None: there is only a limit
    must: float  # the ratio, or without a peer the limit
    more_is_better: bool = True
    disturbed: bool = False
    runs: dict = field(default_factory=dict)  # each figure of both, in their order
    remark: str = ""
    uncertainty: float = 0.0  # of the ratio

    @property
    def ratio(self):
        if self.peer is None:
            return None
        over, under = (self.ours, self.peer) if self.more_is_better else (self.peer, self.ours)
        return over / under if under else float("inf")

    @property
    def reached(self) -> bool:
        if self.peer is None:
            return self.ours >= self.must if self.more_is_better else self.ours <= self.must
        return self.ratio + self.uncertainty >= self.must

    def as_json(self):
        return asdict(self) | {"ratio": self.ratio, "reached": self.reached}


def compare(row, name, unit, ours, peer, must, more_is_better=True, disturbed=False) -> Result:
    """Of several figures each, by their medians."""
    return Result(
        *(row, name, unit, statistics.median(ours), statistics.median(peer), must),
        *(more_is_better, disturbed, {"ours": ours, "peer": peer}),
    )


def compare_means(row, name, unit, ours, peer, must) -> Result:
    """Of many figures each, less being better, by their means: the ratio is known to two standard errors."""
    ratio = statistics.mean(peer) / statistics.mean(ours)
    relative = [statistics.stdev(figures) / statistics.mean(figures) for figures in (ours, peer)]
    uncertainty = 2 * ratio * math.hypot(*relative) / math.sqrt(len(ours))
    return Result(
        *(row, name, unit, statistics.mean(ours), statistics.mean(peer), must, False),
        runs={"ours": ours, "peer": peer},
        remark=f"ratio ± {uncertainty:.2f}",
        uncertainty=uncertainty,
    )


COLUMNS = "{:<14} {:<34} {:>10} {:>10} {:>7} {:>6}  {}"


def header():
    return COLUMNS.format("row", "what", "ours", "peer", "ratio", "must", "")


def line(result: Result):
    peer = "" if result.peer is None else f"{result.peer:.4g}"
    ratio = "" if result.ratio is None else f"{result.ratio:.2f}"
    said = [] if result.reached else ["below"]
    if result.disturbed:
        said.append("disturbed by other load")
    if result.remark:
        said.append(result.remark)
    what = f"{result.name}, {result.unit}"
    must = f"{result.must:.4g}"
    return COLUMNS.format(result.row, what, f"{result.ours:.4g}", peer, ratio, must, "; ".join(said)).rstrip()
