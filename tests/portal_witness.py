"""data.gouv.fr's own Python client reads our stand-in: run with a Python that has it, the stand-in's address as argument.

Prints what it understood, as JSON. Not imported by the tests: the client brings urllib3-future, which takes the place of
urllib3 in its whole environment.
"""

import json
import sys

from datagouv import Client

base, dataset_id, resource_id, organization_id = sys.argv[1:]
client = Client(verbose=False)
client.base_url = f"{base}/www"
dataset = client.dataset(dataset_id)
resource = client.resource(resource_id)
resource.tabular_api_url = f"{base}/tabular/api/resources/{resource_id}/"
found = list(client.get_all_from_api_query("api/1/datasets/?q=salle&page_size=2", cast_as=type(dataset)))
light = list(client.get_all_from_api_query("api/2/datasets/search/?q=salle&page_size=2", cast_as=type(dataset)))
print(json.dumps({
    "title": dataset.title, "organization": dataset.organization.name, "resources": [one.id for one in dataset.resources], "licence": dataset.license,
    "found": sorted(one.id for one in found), "light": {one.id: len(one.resources) for one in light},
    "of_resource": resource.dataset.id, "content": resource.download_buffer().read().decode()[:3], "columns": resource.columns,
    "rows": len(list(resource.rows())), "filtered": len(list(resource.rows([("capacite", ">=", "1000"), ("commune", "==", "Port-Brume")]))),
    "of_organization": sorted(one.id for one in client.organization(organization_id).datasets),
    "more_recent": resource.check_if_more_recent_update(dataset_id),
}))
