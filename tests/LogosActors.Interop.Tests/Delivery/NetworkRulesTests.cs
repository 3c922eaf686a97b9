using LogosActors.Delivery.Messages;
using LogosActors.Delivery.Relay;
using LogosActors.Delivery.Topics;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Tests;
using Xunit.Abstractions;

namespace LogosActors.Interop.Tests.Delivery;

/// <summary>js-waku itself judges messages, and what we take for its rules judges the same.</summary>
public sealed class NetworkRulesTests(ITestOutputHelper output)
{
    const int Inputs = 20_000;
    const int Batch = 1000;

    [Fact]
    public async Task What_js_waku_accepts_is_what_we_think_that_it_accepts()
    {
        await using var theirs = await JsWakuPeer.StartRelayAsync(new Autosharding(1, 8), "tcp", "yamux", 3);
        var seed = int.TryParse(Environment.GetEnvironmentVariable("LOGOS_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"LOGOS_SEED={seed}");
        var mutator = new Mutator(seed);
        var captures = Captures();
        var accepted = 0;

        for (var done = 0; done < Inputs; done += Batch)
        {
            var messages = Enumerable.Range(0, Batch).Select(_ => mutator.Next(captures).ToArray()).ToArray();
            var judged = await theirs.CallAsync("judge", new { Messages = messages.Select(Convert.ToBase64String) });
            var verdicts = judged.GetProperty("verdicts").EnumerateArray().Select(verdict => verdict.GetBoolean()).ToArray();
            for (var i = 0; i < Batch; i++)
                Assert.True(verdicts[i] == JavaScriptRules.Accept(messages[i]), $"js-waku {(verdicts[i] ? "accepts" : "rejects")} {Convert.ToHexStringLower(messages[i])}");
            accepted += verdicts.Count(verdict => verdict);
        }

        Assert.InRange(accepted, Inputs / 20, Inputs - (Inputs / 20));
    }

    static byte[][] Captures()
    {
        var message = new WakuMessage
        {
            ContentTopic = "/a/1/b/proto",
            Payload = new byte[] { 1, 2, 3 },
            Version = 1,
            Timestamp = 1_700_000_000_000_000_000,
            Meta = new byte[] { 4, 5 },
            RateLimitProof = new byte[] { 0x0a, 2, 6, 7, 0x12, 1, 8 },
            IsEphemeral = true,
        };
        return
        [
            WakuMessageCodec.Encode(message),
            WakuMessageCodec.Encode(message with { RateLimitProof = default, Meta = default, Version = 0, IsEphemeral = false }),
            // The timestamp last, and a group.
            [0x0a, 1, 1, 0x12, 1, 0x61, 0x50, 0x80, 0x80, 0x80, 0x01],
            [0x0a, 1, 1, 0x12, 1, 0x61, 0x9b, 0x06, 0x08, 0x01, 0x9c, 0x06],
        ];
    }
}
