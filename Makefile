# yibao: every task by name. `make` or `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# the first Python on the path that really runs and is new enough
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
  "$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$p"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
YIBAO := $(BIN)/yibao
PEOPLE ?= 25000
SEED ?= 1

.PHONY: help
help: ## 列出全部任务 / list all tasks
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# — set-up: everything goes into .venv, from hash-pinned locks —

$(BIN)/python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed (came: $(or $(PYTHON),none))"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "无法建立虚拟环境；Debian/Ubuntu 上运行 / on Debian or Ubuntu run: sudo apt-get install -y python3-venv"; exit 1; }

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: java
java: # Spark needs Java; installed through apt where the user may, else the command is named
	@bash tools/java.sh

# — what people run —

.PHONY: demo
demo: $(VENV)/.run ## 合成一座城市，收集、审核、出报告 / build a city, collect, audit, report
	@$(BIN)/python -m yibao.store stop demo-data >/dev/null 2>&1 || true
	@rm -rf demo-data
	$(YIBAO) city --people $(PEOPLE) --seed $(SEED) --out demo-city
	$(YIBAO) collect demo-city --home demo-data
	$(YIBAO) audit --home demo-data
	$(YIBAO) story --home demo-data
	@echo "每家机构一份 Excel / a workbook for each institution: $(YIBAO) report --home demo-data"

.PHONY: test
test: $(VENV)/.dev java ## 运行测试(默认套件) / run the tests (the default suite)
	$(BIN)/python -m pytest -n 2 --dist loadgroup -m "not slow"

.PHONY: test-slow
test-slow: $(VENV)/.dev java ## 运行慢测试 / run the slow suites too
	$(BIN)/python -m pytest -m slow

.PHONY: check
check: $(VENV)/.dev ## 代码、类型、分层、家规 / lint, types, layers, house rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tools.house

.PHONY: bench
bench: $(VENV)/.dev ## 测量(小规模)，与对照并列 / the measurements, quick sizes
	$(BIN)/python -m bench collect --lines 300000
	$(BIN)/python -m bench audit --lines 300000
	$(BIN)/python -m bench byhand --lines 300000
	$(BIN)/python -m bench frames --lines 300000

.PHONY: docs
docs: $(VENV)/.dev ## 生成文档站(离线) / build the docs site offline
	$(BIN)/python -m tools.reference
	$(BIN)/sphinx-build -W -q docs docs/_build/html
	@echo "docs/_build/html/index.html"

.PHONY: city-page
city-page: $(VENV)/.dev ## 重算“示例城市与全国”一页 / measure the city against the nation again
	$(BIN)/python -m tools.city_page

.PHONY: fix
fix: $(VENV)/.dev ## 自动整理代码 / format and fix what can be fixed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: lock
lock: $(VENV)/.dev ## 重新锁定依赖 / write the locks anew
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
	  pyproject.toml --group build -o requirements/run.txt
	$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --python-version 3.11 --upgrade \
	  pyproject.toml --group build --group dev -c requirements/run.txt -o requirements/dev.txt

.PHONY: clean
clean: ## 删除演示数据与生成物 / remove demo data and generated files
	@[ ! -x $(BIN)/python ] || $(BIN)/python -m yibao.store stop demo-data >/dev/null 2>&1 || true
	rm -rf demo-city demo-data docs/_build docs/reference/_generated .pytest_cache .mypy_cache .ruff_cache
