# origin: https://github.com/AndGem/OsmToRoadGraph/pull/90
# kinds: cancellation precision
import math
from dataclasses import dataclass, field
from typing import List

EARTH_RADIUS = 6373000.0


@dataclass
class Vertex:
    id: int
    lat: float
    lon: float


@dataclass
class Edge:
    s: int
    t: int
    length: float = 0.0


@dataclass
class Graph:
    vertices: List[Vertex] = field(default_factory=list)
    edges: List[Edge] = field(default_factory=list)

    def add_edge(self, s, t):
        length = distance(self.vertices[s].lat, self.vertices[s].lon, self.vertices[t].lat, self.vertices[t].lon)
        self.edges.append(Edge(s, t, length))


def distance(lat1, lng1, lat2, lng2):
    """Great-circle distance in metres between two points given in degrees."""
    phi1 = math.radians(90.0 - lat1)  #-
    phi2 = math.radians(90.0 - lat2)  #-
    theta1 = math.radians(lng1)  #-
    theta2 = math.radians(lng2)  #-
    cos_val = math.sin(phi1) * math.sin(phi2) * math.cos(theta1 - theta2) + math.cos(phi1) * math.cos(phi2)  #-
    cos_val = min(1, cos_val)  #-
    arc = math.acos(cos_val)  #!
    phi1 = math.radians(lat1)  #+
    phi2 = math.radians(lat2)  #+
    sin_dphi = math.sin((phi2 - phi1) / 2)  #+
    sin_dlng = math.sin(math.radians(lng2 - lng1) / 2)  #+
    a = sin_dphi * sin_dphi + math.cos(phi1) * math.cos(phi2) * sin_dlng * sin_dlng  #+
    arc = 2 * math.atan2(math.sqrt(a), math.sqrt(max(0.0, 1 - a)))  #+
    return arc * EARTH_RADIUS


def polyline_length(graph):
    return sum(e.length for e in graph.edges)


if __name__ == "__main__":
    g = Graph()
    n = 20001
    for i in range(n):
        # footway digitised from a GPS trace, a node every 7 cm
        g.vertices.append(Vertex(i, 46.24446 + 1e-7 * i * 4, 14.191565 + 1e-7 * i * 7))
    for i in range(n - 1):
        g.add_edge(i, i + 1)
    print(polyline_length(g), min(e.length for e in g.edges), max(e.length for e in g.edges))
