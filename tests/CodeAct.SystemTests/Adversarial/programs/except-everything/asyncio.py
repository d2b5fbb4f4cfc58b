# attempt: a coroutine that ignores its cancellation
# expect: soft
import asyncio
async def stay():
    while True:
        try:
            await asyncio.sleep(60)
        except BaseException:
            pass
await stay()
