"""The real servers as pods: MySQL and S3."""

import asyncio
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_kanister._base.folders import cache_folder
from pytest_kanister._cluster.images import BuiltinCatalogue, mysql
from pytest_kanister.errors import EnvironmentProblem

pytestmark = pytest.mark.slow

OnNode = Callable[..., None]
PASSWORD = 'it\'s "q" $x \\'


@pytest.fixture(scope="module", autouse=True)
def fetched() -> None:
    """The first fetch of a server may take a minute; later ones take none."""
    BuiltinCatalogue(cache_folder(), mapping={}).resolve("mysql:8.0", print)


def env(**values: str) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in values.items()]


async def query(node: Any, pod: str, sql: str, *, user: str = "root", password: str = "") -> str:
    status, out, err = await node.exec(
        pod, "mysql", "-h", "localhost", "--protocol=tcp", f"-u{user}", f"-p{password}", "-Ne", sql
    )
    assert status == 0, err
    return str(out).strip()


def test_mysql_comes_up_as_the_official_image_s_entrypoint_promises(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        began = time.monotonic()
        await node.create(
            "db",
            {
                "image": "docker.io/library/mysql:8.0.36",
                "args": ["--max-connections=77"],
                "env": env(
                    MYSQL_ROOT_PASSWORD=PASSWORD,
                    MYSQL_DATABASE="shop_1",
                    MYSQL_USER="ann",
                    MYSQL_PASSWORD="secret",
                ),
            },
        )
        pod = await node.ready("db")
        assert time.monotonic() - began < 10
        note = pod["metadata"]["annotations"]["pytest-kanister/program"]
        assert note.startswith("MySQL ")
        assert note.endswith("for docker.io/library/mysql:8.0.36")
        assert "pytest-kanister/substituted" not in pod["metadata"]["annotations"]
        version = await query(
            node, "db", "SELECT @@version_comment, @@max_connections", password=PASSWORD
        )
        assert "MariaDB" not in version
        assert version.endswith("77")
        tables = await query(
            node,
            "db",
            "CREATE TABLE shop_1.t (a INT); SHOW TABLES IN shop_1",
            user="ann",
            password="secret",
        )
        assert tables == "t"
        # Without a host the client finds the server by its socket, as in the official image.
        status, out, _ = await node.exec(
            "db", "mysql", "-uroot", f"-p{PASSWORD}", "-Ne", "SELECT 1"
        )
        assert (status, out) == (0, "1\n")
        status, out, err = await node.exec(
            "db", "mysqldump", "-uroot", f"-p{PASSWORD}", "--column-statistics=0", "--all-databases"
        )
        assert status == 0, err
        assert out.rstrip().splitlines()[-1].startswith("-- Dump completed")
        listeners = Path("/proc/net/tcp").read_text()  # noqa: ASYNC240
        assert "00000000:0CEA" not in listeners
        assert PASSWORD not in await node.log("db", follow=False)

    on_node(test)


def test_mysql_without_a_password_says_what_the_official_image_says(on_node: OnNode) -> None:
    async def test(node: Any) -> None:
        await node.create("db", {"image": "mysql"}, restartPolicy="Never")
        pod = await node.ended("db")
        assert pod["status"]["phase"] == "Failed"
        log = await node.log("db")
        assert "Database is uninitialized and password option is not specified" in log

    on_node(test)


def test_mysql_s_data_survives_kill_9_and_a_restart(on_node: OnNode, tmp_path: Path) -> None:
    async def test(node: Any) -> None:
        container = {
            "image": "mysql:8.0",
            "env": env(MYSQL_ROOT_PASSWORD="pw"),
            "volumeMounts": [{"name": "d", "mountPath": "/var/lib/mysql"}],
        }
        await node.create("db", container, volumes=[{"name": "d", "emptyDir": {}}])
        await node.ready("db")
        await query(
            node, "db", "CREATE DATABASE d; CREATE TABLE d.t (a INT PRIMARY KEY)", password="pw"
        )
        await query(node, "db", "INSERT INTO d.t VALUES (1), (2)", password="pw")
        await node.exec("db", "pkill", "-KILL", "-x", "ld-linux.*|mysqld")
        pod = await node.until(
            "db",
            lambda p: (
                p["status"]["containerStatuses"][0]["restartCount"] == 1
                and p["status"]["containerStatuses"][0]["ready"]
            ),
        )
        assert pod["status"]["phase"] == "Running"
        assert await query(node, "db", "SELECT SUM(a) FROM d.t", password="pw") == "3"

    on_node(test)


def test_mysql_s_first_start_is_made_up_for_when_it_was_killed(on_node: OnNode) -> None:
    """Killed between the folder's coming and the accounts': as the marker says it looks then."""

    async def test(node: Any) -> None:
        container = {
            "image": "mysql:8.0",
            "env": env(MYSQL_ROOT_PASSWORD="pw"),
            "volumeMounts": [{"name": "d", "mountPath": "/var/lib/mysql"}],
        }
        await node.create("db", container, volumes=[{"name": "d", "emptyDir": {}}])
        await node.ready("db")
        marker = "/var/lib/mysql/.first-start"
        status, _, _ = await node.exec(
            "db",
            "bash",
            "-c",
            f"for i in {{1..100}}; do [[ -e {marker} ]] || exit 0; sleep 0.1; done; exit 1",
        )
        assert status == 0, "the marker goes once the server has answered"
        await query(node, "db", "DROP USER 'root'@'%'", password="pw")
        await node.exec("db", "touch", marker)
        await node.exec("db", "pkill", "-KILL", "-x", "ld-linux.*|mysqld")
        await node.until(
            "db",
            lambda p: (
                p["status"]["containerStatuses"][0]["restartCount"] == 1
                and p["status"]["containerStatuses"][0]["ready"]
            ),
        )
        assert await query(node, "db", "SELECT CURRENT_USER()", password="pw") == "root@%"

    on_node(test)


def test_seaweedfs_answers_s3_on_its_own_address_only(on_node: OnNode) -> None:
    boto3 = pytest.importorskip("boto3")
    from botocore.exceptions import ClientError

    def use(ip: str, key: str, secret: str) -> bytes:
        client = boto3.client(
            "s3",
            endpoint_url=f"http://{ip}:8333",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            region_name="us-east-1",
        )
        client.create_bucket(Bucket="bucket")
        client.put_object(Bucket="bucket", Key="k/1", Body=b"body")
        body: bytes = client.get_object(Bucket="bucket", Key="k/1")["Body"].read()
        client.close()
        return body

    async def test(node: Any) -> None:
        credentials = env(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret")
        await node.create("s3", {"image": "chrislusf/seaweedfs:4", "env": credentials})
        ip = (await node.ready("s3"))["status"]["podIP"]
        # The first write comes as soon as the pod says that it is ready.
        assert await asyncio.to_thread(use, ip, "key", "secret") == b"body"
        with pytest.raises(ClientError):
            await asyncio.to_thread(use, ip, "key", "wrong")
        weeds = subprocess.run(  # noqa: ASYNC221
            ["ss", "-lntpH"], capture_output=True, text=True, check=True
        ).stdout
        (run,) = [worker.main[0].run for worker in node.kubelet._workers.values()]
        pids = {f"pid={pid}," for pid in run.pids()}
        places = {
            line.split()[3].rpartition(":")[0]
            for line in weeds.splitlines()
            if any(pid in line for pid in pids)
        }
        assert places == {ip}

    on_node(test)


def test_mariadb_stands_in_by_name_only(on_node: OnNode, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise EnvironmentProblem("no MySQL here", remedies=["use another machine"])

    monkeypatch.setattr(mysql, "find_mysql", none)
    with pytest.raises(EnvironmentProblem, match="no MySQL here"):
        BuiltinCatalogue(cache_folder(), strict=True, mapping={}).resolve("mysql:8", print)

    async def test(node: Any) -> None:
        variables = env(MYSQL_ROOT_PASSWORD="pw", MYSQL_DATABASE="shop")
        await node.create("db", {"image": "mysql:8", "env": variables})
        pod = await node.ready("db", timeout_s=120)
        note = pod["metadata"]["annotations"]["pytest-kanister/substituted"]
        assert note.startswith("engine substituted: MariaDB ")
        assert note.endswith(" for mysql:8")
        dump = "mysqldump --column-statistics=0 -uroot -ppw -h localhost --protocol=tcp shop"
        status, out, err = await node.exec("db", "bash", "-c", dump)
        assert status == 0, err
        assert "MariaDB dump" in out

    on_node(test)
