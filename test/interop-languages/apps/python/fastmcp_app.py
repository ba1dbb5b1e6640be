"""An MCP server of FastMCP that verifies access tokens, and the client of FastMCP with its own sign-in."""

import asyncio
import json
import os

from fastmcp import Client, FastMCP
from fastmcp.server.auth import RemoteAuthProvider
from fastmcp.server.auth.providers.jwt import JWTVerifier
from fastmcp.server.dependencies import get_access_token

issuer = os.environ["ISSUER"]
resource = os.environ["RESOURCE"]
port = int(os.environ["PORT"])

server = FastMCP(
    "Notes",
    auth=RemoteAuthProvider(
        # Its default is RS256, and APIs of Postern get ES256.
        token_verifier=JWTVerifier(
            jwks_uri=issuer + "/oauth/jwks", issuer=issuer, audience=resource, algorithm="ES256"
        ),
        authorization_servers=[issuer],
        base_url=f"http://localhost:{port}",
    ),
)


@server.tool
def who_am_i() -> str:
    return get_access_token().claims["sub"]


async def main():
    serving = asyncio.create_task(
        server.run_http_async(host="localhost", port=port, path="/mcp", show_banner=False, log_level="warning")
    )
    for _ in range(300):
        try:
            (await asyncio.open_connection("localhost", port))[1].close()
            break
        except OSError:
            await asyncio.sleep(0.1)
    # It opens the browser by the standard library, so BROWSER names the program that gets the address.
    async with Client(resource, auth="oauth") as client:
        result = await client.call_tool("who_am_i")
        print(json.dumps({"arrived": result.data}), flush=True)
    serving.cancel()


asyncio.run(main())
os._exit(0)
