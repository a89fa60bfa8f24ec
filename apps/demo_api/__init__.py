"""A local incident.io over HTTP: the demo's data source and the tests' server.

`company.build_account` generates a company, `account.Account` holds hand-made records, `application.create_app`
serves either, `server.DemoServer` runs it beside a test and `serve.serve` in the foreground. It needs orjson,
starlette and uvicorn only.
"""
