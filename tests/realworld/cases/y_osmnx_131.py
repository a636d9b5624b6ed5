# origin: https://github.com/gboeing/osmnx/pull/131
# kinds: cancellation domain
import numpy as np


def great_circle_vec(lat1, lng1, lat2, lng2, earth_radius=6371009):
    """Distances in metres between points given in decimal degrees; arrays or numbers."""
    phi1 = np.deg2rad(lat1)
    phi2 = np.deg2rad(lat2)
    d_lng = np.deg2rad(lng2) - np.deg2rad(lng1)

    cos_arc = np.sin(phi1) * np.sin(phi2) + np.cos(phi1) * np.cos(phi2) * np.cos(d_lng)  #!
    arc = np.arccos(cos_arc)  #!
    h = np.sin((phi2 - phi1) / 2) ** 2 + np.cos(phi1) * np.cos(phi2) * np.sin(d_lng / 2) ** 2  #+
    arc = 2 * np.arcsin(np.sqrt(np.minimum(1.0, h)))  #+
    return arc * earth_radius


def add_edge_lengths(edges, nodes):
    """Adds the length of every street segment of a network."""
    start = nodes[edges[:, 0]]
    end = nodes[edges[:, 1]]
    lengths = great_circle_vec(start[:, 0], start[:, 1], end[:, 0], end[:, 1])
    return lengths.round(3)


def get_nearest_node(nodes, point, return_dist=False):
    """Index of the node closest to (lat, lng)."""
    distances = great_circle_vec(nodes[:, 0], nodes[:, 1], point[0], point[1])
    nearest = int(distances.argmin())
    if return_dist:
        return nearest, float(distances[nearest])
    return nearest


def truncate_by_distance(nodes, edges, point, max_dist=1000):
    keep = great_circle_vec(nodes[:, 0], nodes[:, 1], point[0], point[1]) <= max_dist
    return edges[keep[edges[:, 0]] & keep[edges[:, 1]]]
