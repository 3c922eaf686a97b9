using System.Text.Json;

namespace LogosActors.Interop.Tests.Peers;

/// <summary>Participants of channels by @waku/sds (peers/sds-peer.mjs): they have no network, a test carries the bytes.</summary>
internal sealed class JsSdsPeer : IAsyncDisposable
{
    readonly PeerProcess _process;
    int _opened;

    JsSdsPeer(PeerProcess process) => _process = process;

    /// <summary>Starts the process; any number of participants live in it.</summary>
    public static async Task<JsSdsPeer> StartAsync()
    {
        var process = PeerProcess.Start("sds-peer.mjs", "{}");
        try
        {
            await process.EventAsync("listening");
            return new JsSdsPeer(process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sets the clock of all participants, in milliseconds since 1970; it stands still until it is set again. Until the first time it is the system's.</summary>
    public Task SetClockAsync(long milliseconds) => _process.CallAsync("clock", new { Milliseconds = milliseconds });

    /// <summary>Lets a participant join a channel.</summary>
    public async Task<JsSdsChannel> JoinAsync(string channel, string sender, JsSdsOptions? options = null)
    {
        options ??= new JsSdsOptions();
        var on = $"{sender} {Interlocked.Increment(ref _opened)}";
        await _process.CallAsync("open", new
        {
            On = on,
            Channel = channel,
            Sender = sender,
            options.CausalHistorySize,
            options.PossibleAcksThreshold,
            LostAfter = options.LostAfter?.TotalMilliseconds,
            Repair = options.Repair is not { } repair ? null : new
            {
                TMin = repair.EarliestRequest.TotalMilliseconds,
                TMax = repair.LatestRequest.TotalMilliseconds,
                NumResponseGroups = repair.ResponseGroups,
            },
            options.HistoryLength,
        });
        return new JsSdsChannel(_process, on);
    }

    /// <summary>A message in the words of js-waku.</summary>
    public async Task<JsSdsMessage> DecodeAsync(byte[] wire) => JsPeer.Read<JsSdsMessage>(await _process.CallAsync("decode", new { Wire = wire }));

    /// <summary>A message as js-waku writes it.</summary>
    public async Task<byte[]> EncodeAsync(JsSdsMessage message) => (await _process.CallAsync("encode", message)).GetProperty("wire").GetBytesFromBase64();

    /// <summary>Which of the ids js-waku finds in a filter of its default parameters.</summary>
    public async Task<IReadOnlyList<string>> FindAsync(byte[] filter, IReadOnlyList<string> ids) =>
        (await _process.CallAsync("find", new { Filter = filter, Ids = ids })).GetProperty("found").Deserialize<string[]>()!;

    /// <summary>A filter of js-waku's default parameters with these ids.</summary>
    public async Task<byte[]> FilterAsync(IReadOnlyList<string> ids) => (await _process.CallAsync("filter", new { Ids = ids })).GetProperty("filter").GetBytesFromBase64();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
