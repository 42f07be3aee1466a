"""Spark: many machines, or this one pretending; the engine for lakes that one machine cannot hold.

There is one Spark session in a process, so there is one open engine of this kind at a time. Its Java machine
starts and ends with it (left alone, Spark would keep the first one, with the first one's memory and directories,
for the life of the process), and what that machine prints goes to a file in the scratch directory.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Container, Mapping
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from yibao.engine.base import Engine
from yibao.engine.files import alike, hadoop_path
from yibao.engine.limits import Limits, make_limits
from yibao.engine.model import Relation
from yibao.engine.types import portable, relation_of
from yibao.kernel import Refused, Text

JAVA = "sudo apt-get install -y openjdk-17-jre-headless"
"""The one command that makes Spark possible on a machine without Java."""


class Spark(Engine):
    """Spark SQL in ANSI mode over one local session."""

    name = "spark"

    def __init__(self, limits: Limits, session: Any, gateway: Any) -> None:
        super().__init__()
        from py4j.protocol import Py4JError  # type: ignore[import-untyped]
        from pyspark.errors import PySparkException

        self.failures = (PySparkException, Py4JError)
        self._limits = limits
        self._session = session
        self._gateway = gateway
        self._open = True
        self._stored = 0

    def cancel(self) -> None:
        """Stop the running statement, from another thread."""
        self._session.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """Stop the session and its Java machine, and remove the scratch directory."""
        if self._open:
            self._open = False
            self._session.stop()
            _stop_java(self._gateway)
        shutil.rmtree(self._limits.scratch, ignore_errors=True)

    def _bind_files(self, name: str, files: list[Path], relation: Relation) -> None:
        with self._running(name, f"-- {name}: Parquet, {len(files)} files"):
            parts = [
                self._session.read.parquet(*map(hadoop_path, paths)).selectExpr(*_casts(relation, held))
                for paths, held in alike(files, relation)
            ]
            reduce(lambda one, other: one.unionAll(other), parts).createOrReplaceTempView(name)

    def _bind_arrow(self, name: str, table: pa.Table) -> None:
        with self._running(name, f"-- {name}: Arrow, {table.num_rows} rows") as rows:
            # Through a file: what Spark is handed directly it keeps in its plans and ships with every task.
            target = self._next_path(name)
            target.mkdir(parents=True)
            pq.write_table(table, target / "part.parquet")
            relation = relation_of(table.schema)
            schema = ", ".join(f"{_quoted(c)} {_SPARK[kind]}" for c, kind in relation.items())
            self._session.read.schema(schema).parquet(str(target)).createOrReplaceTempView(name)
            rows.append(table.num_rows)

    def _create_view(self, name: str, sql: str, columns: Relation) -> None:
        create = f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {sql}"
        with self._running(name, create):
            self._session.sql(create)

    def _create_table(
        self, name: str, sql: str, columns: Relation, indexes: tuple[tuple[str, ...], ...]
    ) -> None:
        with self._running(name, sql):
            # To files and back, not to the cache: the cache counts as memory, and is recomputed when lost.
            target = str(self._next_path(name))
            frame = self._session.sql(sql)
            kinds = relation_of(_arrow_schema(frame))
            wide = frame.selectExpr(*_casts(kinds, kinds))
            wide.write.parquet(target, compression="zstd")
            self._session.read.schema(wide.schema).parquet(target).createOrReplaceTempView(name)

    def _drop(self, name: str) -> None:
        self._session.catalog.dropTempView(name)

    def _fetch(self, name: str | None, sql: str, columns: Mapping[str, str | None]) -> pa.Table:
        with self._running(name, sql) as rows:
            table = self._session.sql(sql).toArrow()
            rows.append(table.num_rows)
        return portable(table, list(columns) if len(columns) == table.num_columns else None)

    def _next_path(self, name: str) -> Path:
        # A new path for every version: Spark remembers the files of a path that it has read.
        self._stored += 1
        return self._limits.scratch / "stored" / f"{name}-{self._stored}"


_SPARK = {"BIGINT": "BIGINT", "VARCHAR": "STRING"}


def open_spark(memory_mib: int, spill_mib: int, threads: int | None, spill: Path | None) -> Spark:
    """Start the session.

    Raises `Refused`: ``engine.spark_missing``, ``engine.java_missing``, ``engine.spark_busy``,
    ``engine.spark_failed``.
    """
    if not has_java():
        raise Refused(
            "engine.java_missing",
            zh="没有找到 Java 17，Spark 无法启动",
            en="no Java 17 was found, Spark cannot start",
            wanted="java (JAVA_HOME | PATH)",
            todo=Text(zh=f"运行：{JAVA}", en=f"run: {JAVA}"),
        )
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Refused(
            "engine.spark_missing",
            zh="没有安装 pyspark",
            en="pyspark is not installed",
            todo=Text(zh="运行：pip install 'yibao[spark]'", en="run: pip install 'yibao[spark]'"),
        ) from error
    if SparkSession.getActiveSession() is not None:
        raise Refused(
            "engine.spark_busy",
            zh="本进程已有一个 Spark 引擎",
            en="this process has a Spark engine already",
            todo=Text(zh="先关闭它", en="close it first"),
        )
    limits = make_limits(memory_mib, spill_mib, threads, spill)
    try:
        return _start(limits)
    except PySparkException as error:
        said = (limits.scratch / "java.log").read_text(encoding="utf-8", errors="replace").strip()
        shutil.rmtree(limits.scratch, ignore_errors=True)
        raise Refused(
            "engine.spark_failed",
            zh="Spark 没有启动起来",
            en="Spark did not start",
            wanted="Java 17",
            came=said[-2000:] or str(error),
            todo=Text(
                zh=f"检查 Java 版本与内存；安装 Java 17：{JAVA}", en=f"check Java and memory; Java 17: {JAVA}"
            ),
        ) from error


def _start(limits: Limits) -> Spark:
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    # Without it Spark asks the network for this host's name, and fails where the name is not known.
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    conf = SparkConf(loadDefaults=False).setMaster(f"local[{limits.threads}]").setAppName("yibao")
    for key, value in settings(limits).items():
        conf.set(key, value)
    with (limits.scratch / "java.log").open("wb") as log:
        gateway = launch_gateway(conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
    session = SparkSession(SparkContext(conf=conf, gateway=gateway))
    return Spark(limits, session, gateway)


def _stop_java(gateway: Any) -> None:
    from pyspark import SparkContext

    gateway.shutdown()
    gateway.proc.stdin.close()  # the Java machine ends when this pipe does
    gateway.proc.wait()
    # Spark keeps its gateway in the class and would talk to the dead one next time.
    SparkContext._gateway = None
    SparkContext._jvm = None


def has_java() -> bool:
    """Whether a Java machine can be found, the way Spark looks for it."""
    home = os.environ.get("JAVA_HOME")
    if home:
        return (Path(home) / "bin" / "java").exists()
    return shutil.which("java") is not None


def settings(limits: Limits) -> dict[str, str]:
    """Give Spark's configuration; every line has its reason."""
    scratch = limits.scratch
    logging = scratch / "log4j2.properties"
    logging.write_text(_LOGGING, encoding="utf-8")
    java = " ".join(
        (
            f"-Djava.io.tmpdir={scratch}",
            f"-Dderby.system.home={scratch}",
            f"-Dlog4j2.configurationFile={logging.as_uri()}",
            "-Duser.timezone=UTC",
            # Out of memory, a thread of Spark's dies and leaves its caller waiting for ever; the whole must end.
            "-XX:+ExitOnOutOfMemoryError",
        )
    )
    return {
        # Memory and spill: ours, never the default of one gibibyte and /tmp.
        "spark.driver.memory": f"{limits.memory_mib}m",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.driver.extraJavaOptions": java,
        # Results come back whole; what does not fit the driver is an error, not a swapping machine.
        "spark.driver.maxResultSize": f"{max(256, limits.memory_mib // 2)}m",
        # Meaning: overflows, bad casts and divisions by zero raise, as on DuckDB; no zone but UTC.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        # No catalogue on disk: relations live as long as the engine.
        "spark.sql.catalogImplementation": "in-memory",
        # Two hundred partitions are for a cluster; adaptive execution merges what is still too small.
        "spark.sql.shuffle.partitions": str(2 * limits.threads),
        "spark.sql.adaptive.enabled": "true",
        # Results cross to Python as Arrow, without pandas.
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        # Nothing listens beyond this machine, nothing is drawn.
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # What was drawn is not remembered either: the plans of a few dozen long statements fill a small heap.
        "spark.sql.ui.retainedExecutions": "1",
        "spark.ui.retainedJobs": "1",
        "spark.ui.retainedStages": "1",
        "spark.ui.retainedTasks": "1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }


# Spark's own default prints warnings before anybody can ask it not to; and the gateway, which counts as a
# shell, announces the level it sets unless that is the level it finds.
_LOGGING = """\
rootLogger.level = error
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""


def _casts(relation: Relation, held: Container[str]) -> list[str]:
    return [
        f"CAST({_quoted(c) if c in held else 'NULL'} AS {_SPARK[kind]}) AS {_quoted(c)}"
        for c, kind in relation.items()
    ]


def _arrow_schema(frame: Any) -> pa.Schema:
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(frame.schema)


def _quoted(name: str) -> str:
    return f"`{name}`"
