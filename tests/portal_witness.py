"""data.gouv.fr's own Python client reads our stand-in, and publishes on it: run with a Python that has it, the stand-in's address,
ids to read and a practice key as arguments.

Prints what it understood, as JSON. Not imported by the tests: the client brings urllib3-future, which takes the place of
urllib3 in its whole environment.
"""

import json
import sys
import tempfile
from pathlib import Path

from datagouv import Client

base, dataset_id, resource_id, organization_id, key = sys.argv[1:]
client = Client(verbose=False)
client.base_url = f"{base}/www"
dataset = client.dataset(dataset_id)
resource = client.resource(resource_id)
resource.tabular_api_url = f"{base}/tabular/api/resources/{resource_id}/"
found = list(client.get_all_from_api_query("api/1/datasets/?q=salle&page_size=2", cast_as=type(dataset)))
light = list(client.get_all_from_api_query("api/2/datasets/search/?q=salle&page_size=2", cast_as=type(dataset)))

writer = Client(api_key=key, verbose=False)
writer.base_url = f"{base}/www"
made = writer.create_dataset({"title": "Essai du témoin", "description": "Un essai.", "organization": organization_id, "license": "lov2", "private": True})
draft = client.session.get(made.uri).status_code == 404  # nobody else sees it
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "essai.csv")
    path.write_text("a,b\n1,2\n")
    file = made.create_static(str(path), {"title": "20261012_249900010_essai.csv", "format": "csv", "schema": {"name": "scdl/equipements"}})
    path.write_text("a,b\n3,4\n")
    file.update({"title": "20261012_249900010_essai.csv"}, file_to_upload=str(path))
remote = made.create_remote({"title": "Ailleurs", "url": "https://ailleurs.example/a.csv", "format": "csv"})
remote_kind = remote.filetype
remote.delete()
made.update({"title": "Essai du témoin"})  # says nothing of private: the record becomes public, as the portal's guide warns
public = client.session.get(made.uri).json()
made.delete()
wrong = writer.session.post(f"{base}/www/api/1/datasets/", json={"title": "", "description": "x", "license": "lov9"}).json()["errors"]
print(json.dumps({
    "made": [made.title, draft, made.license], "file": [file.title, file.format, file.filetype, file.schema["name"]], "remote": remote_kind,
    "replaced": file.download_buffer().read().decode(), "public": public["private"], "files": len(public["resources"]),
    "deleted": client.session.get(made.uri).status_code, "refused": [wrong["title"][0], wrong["license"][0]],
    "title": dataset.title, "organization": dataset.organization.name, "resources": [one.id for one in dataset.resources], "licence": dataset.license,
    "found": sorted(one.id for one in found), "light": {one.id: len(one.resources) for one in light},
    "of_resource": resource.dataset.id, "content": resource.download_buffer().read().decode()[:3], "columns": resource.columns,
    "rows": len(list(resource.rows())), "filtered": len(list(resource.rows([("capacite", ">=", "1000"), ("commune", "==", "Port-Brume")]))),
    "of_organization": sorted(one.id for one in client.organization(organization_id).datasets),
    "more_recent": resource.check_if_more_recent_update(dataset_id),
}))
