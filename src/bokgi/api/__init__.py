"""The HTTP service: routes by noun, thin over `services`, and the frame around them.

Convention: a module with routes defines `router: APIRouter` and is listed in `application.ROUTERS`. Routes that wait for disk or
database are plain `def` (they run in threads); only those that wait for nothing but the loop are `async def`.
"""
