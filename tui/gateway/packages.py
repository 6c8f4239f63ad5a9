"""The Python packages that a store needs beside MLflow: database drivers, and what object stores are read with."""

from __future__ import annotations

from importlib import metadata

from tui.domain import uris
from tui.domain.problem import Kind, Problem

# By the module that is imported: the package that has it, and the extra of mlflow-deck that brings it, if one does.
_PACKAGES = {
    "psycopg": ("psycopg[binary]", "postgres"),
    "psycopg2": ("psycopg2-binary", ""),
    "pymysql": ("pymysql", "mysql"),
    "MySQLdb": ("mysqlclient", ""),
    "pyodbc": ("pyodbc", ""),
    "boto3": ("boto3", "s3"),
    "botocore": ("boto3", "s3"),
    "azure": ("azure-storage-blob", "azure"),
    "google": ("google-cloud-storage", "gcs"),
    "mlflow": ("mlflow", ""),
}
_INSTEAD = {
    "MySQLdb": " Or write mysql+pymysql:// and install 'mlflow-deck[mysql]', which needs no compiler.",
    "psycopg2": " Or leave +psycopg2 out of the URI and install 'mlflow-deck[postgres]'.",
}


def missing(error: ImportError, title: str, place: str) -> Problem:
    """The problem behind an import that failed: which module, which package has it, and how that is installed."""
    module = (error.name or "").partition(".")[0]
    if not module or not isinstance(error, ModuleNotFoundError):
        # The package is there, and what it needs itself is not, libpq for instance.
        words = " ".join(str(error).split())
        return Problem(
            Kind.CONFIG,
            title,
            f"{place} needs a Python package that could not be loaded: {words}.",
            f"Install {_named(module) if module in _PACKAGES else 'it'} anew in the environment of mlflow-deck.",
        )
    return Problem(
        Kind.CONFIG,
        title,
        f"{place} needs the Python package {module}, which is not installed.",
        f"Install it into the environment of mlflow-deck: pip install {_named(module)}.{_INSTEAD.get(module, '')}",
    )


def _named(module: str) -> str:
    package, extra = _PACKAGES.get(module, (module, ""))
    return f"'mlflow-deck[{extra}]'" if extra else f"'{package}'" if "[" in package else package


def require_driver(uri: str) -> None:
    """Raise Problem where the driver that SQLAlchemy would load for a database's URI cannot be loaded."""
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError

    title = "Could not open the database"
    try:
        make_url(uri).get_dialect().import_dbapi()
    except ImportError as error:
        raise missing(error, title, uris.shown(uri)) from error
    except (NoSuchModuleError, ArgumentError) as error:
        scheme = uri.partition("://")[0]
        raise Problem(
            Kind.CONFIG,
            title,
            f"{uris.shown(uri)} names a database or a driver that SQLAlchemy does not know ({scheme}).",
            "Write postgresql://, mysql+pymysql:// or mssql+pyodbc://, with user, host and database.",
        ) from error


def driver_of(uri: str) -> tuple[str, str] | None:
    """The package and version of a database's driver, where it can be loaded."""
    from sqlalchemy.engine import make_url

    try:
        module = make_url(uri).get_dialect().import_dbapi().__name__.partition(".")[0]
        package = _PACKAGES.get(module, (module, ""))[0].partition("[")[0]
        return package, metadata.version(package)
    except Exception:  # whatever is in the way is told by the check of the store
        return None
