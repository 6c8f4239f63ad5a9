"""Files of S3, GCS and Azure by parts: what is asked of each client, and no more of a file than is wanted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tui.gateway.artifacts import readers, sources
from tui.gateway.artifacts.readers import Reader


class NothingThere(Exception):
    """What a client raises for a range past the end: its own class, with the status somewhere."""

    def __init__(self, **said: object) -> None:
        super().__init__("the range is not satisfiable")
        self.__dict__.update(said)


class Bucket:
    """One store's files, and the ranges that it was asked for: the place and the length."""

    def __init__(self, files: dict[str, bytes], past_end: NothingThere) -> None:
        self.files = files
        self.past_end = past_end
        self.asked: list[tuple[str, int, int]] = []

    def part(self, name: str, start: int, length: int) -> bytes:
        self.asked.append((name, start, length))
        if start >= len(self.files[name]):
            raise self.past_end
        return self.files[name][start : start + length]


def s3(bucket: Bucket) -> Any:
    def get_object(Bucket: str, Key: str, Range: str) -> dict[str, Any]:
        assert Bucket == "deck"
        first, last = map(int, Range.removeprefix("bytes=").split("-"))
        data = bucket.part(Key, first, last - first + 1)
        body = SimpleNamespace(read=lambda: data)
        return {"Body": body, "ContentRange": f"bytes {first}-{first + len(data) - 1}/{len(bucket.files[Key])}"}

    return SimpleNamespace(
        artifact_uri="s3://deck/top",
        parse_s3_compliant_uri=lambda uri: ("deck", "top"),
        _get_s3_client=lambda: SimpleNamespace(get_object=get_object),
    )


def gcs(bucket: Bucket) -> Any:
    def blob(name: str) -> Any:
        def download_as_bytes(start: int, end: int, raw_download: bool) -> bytes:
            assert raw_download, "what is packed has other places when it is unpacked on the way"
            return bucket.part(name, start, end - start + 1)

        return SimpleNamespace(download_as_bytes=download_as_bytes)

    client = SimpleNamespace(bucket=lambda name: SimpleNamespace(blob=blob))
    return SimpleNamespace(artifact_uri="gs://deck/top", parse_gcs_uri=lambda uri: ("deck", "top"), client=client)


def azure(bucket: Bucket) -> Any:
    def get_blob_client(container: str, name: str) -> Any:
        def download_blob(offset: int, length: int) -> Any:
            data = bucket.part(name, offset, length)
            # As that client does it: the size is the part's, and the range tells the whole.
            said = f"bytes {offset}-{offset + len(data) - 1}/{len(bucket.files[name])}"
            return SimpleNamespace(readall=lambda: data, properties=SimpleNamespace(size=len(data), content_range=said))

        return SimpleNamespace(download_blob=download_blob)

    return SimpleNamespace(
        artifact_uri="wasbs://deck@account.blob.core.windows.net/top",
        parse_wasbs_uri=lambda uri: ("deck", "account", "top", "windows.net"),
        client=SimpleNamespace(get_blob_client=get_blob_client),
    )


STORES = {
    "s3": (s3, NothingThere(response={"ResponseMetadata": {"HTTPStatusCode": 416}})),
    "gcs": (gcs, NothingThere(code=416)),
    "azure": (azure, NothingThere(status_code=416)),
}


@pytest.fixture(params=sorted(STORES))
def bucket(request: pytest.FixtureRequest) -> tuple[Bucket, Any]:
    make, past_end = STORES[request.param]
    held = Bucket({"top/a.txt": bytes(range(256)) * 4, "top/empty": b"", "top/a#b?.txt": b"odd"}, past_end)
    return held, make(held)


def opened(repository: Any, path: str, size: int | None) -> Reader:
    source = sources.RepositorySource.__new__(sources.RepositorySource)
    source._repository = repository
    return source.open(path, size)


def test_only_the_head_travels(bucket: tuple[Bucket, Any]) -> None:
    held, repository = bucket
    reader = opened(repository, "a.txt", 1024)
    assert reader.by_parts and not reader.fetches_whole
    assert reader.head(10) == bytes(range(10))
    assert reader.part(1000, 100) == (bytes(range(256)) * 4)[1000:]
    assert held.asked == [("top/a.txt", 0, 10), ("top/a.txt", 1000, 100)]
    assert (reader.travelled, reader.size) == (34, 1024)


def test_a_whole_file_comes_part_by_part(bucket: tuple[Bucket, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "_PART", 300)
    held, repository = bucket
    assert b"".join(opened(repository, "a.txt", None).chunks()) == held.files["top/a.txt"]
    assert [start for _, start, _ in held.asked] == [0, 300, 600, 900]


def test_an_empty_file_and_an_odd_name(bucket: tuple[Bucket, Any]) -> None:
    _, repository = bucket
    assert opened(repository, "empty", None).head(10) == b""
    assert list(opened(repository, "empty", None).chunks()) == []
    assert opened(repository, "a#b?.txt", 3).head(10) == b"odd"


def test_what_is_refused_is_raised_as_it_is(bucket: tuple[Bucket, Any]) -> None:
    held, repository = bucket
    with pytest.raises(KeyError):
        opened(repository, "gone", 10).head(10)
    held.past_end.__dict__.clear()
    with pytest.raises(NothingThere):
        opened(repository, "empty", None).head(10)
