# origin: https://github.com/seangrogan/great_circle_calculator/issues/5
# kinds: domain
from math import asin, atan2, cos, degrees, radians, sin, sqrt

_RADIUS = {"meters": 6371000.0, "kilometers": 6371.0, "miles": 3958.8}


def _point_to_radians(point):
    return radians(point[0]), radians(point[1])


def distance_between_points(p1, p2, unit="meters", haversine=True):
    lon1, lat1 = _point_to_radians(p1)
    lon2, lat2 = _point_to_radians(p2)
    r_earth = _RADIUS.get(unit, _RADIUS["meters"])
    if haversine:
        d_lat, d_lon = lat2 - lat1, lon2 - lon1
        a = sin(d_lat / 2) * sin(d_lat / 2) + cos(lat1) * cos(lat2) * sin(d_lon / 2) * sin(d_lon / 2)
        a = min(1.0, a)  #+
        c = 2 * atan2(sqrt(a), sqrt(1 - a))  #!
        c = 2 * atan2(sqrt(a), sqrt(1 - a))  #+
        return r_earth * c
    return r_earth * atan2(
        sqrt((cos(lat2) * sin(lon2 - lon1)) ** 2 + (cos(lat1) * sin(lat2) - sin(lat1) * cos(lat2) * cos(lon2 - lon1)) ** 2),
        sin(lat1) * sin(lat2) + cos(lat1) * cos(lat2) * cos(lon2 - lon1),
    )


def midpoint(p1, p2):
    lon1, lat1 = _point_to_radians(p1)
    lon2, lat2 = _point_to_radians(p2)
    b_x, b_y = cos(lat2) * cos(lon2 - lon1), cos(lat2) * sin(lon2 - lon1)
    lat3 = atan2(sin(lat1) + sin(lat2), sqrt((cos(lat1) + b_x) ** 2 + b_y**2))
    return degrees(lon1 + atan2(b_y, cos(lat1) + b_x)), degrees(lat3)


def total(path, unit="kilometers"):
    return sum(distance_between_points(a, b, unit) for a, b in zip(path, path[1:]))
