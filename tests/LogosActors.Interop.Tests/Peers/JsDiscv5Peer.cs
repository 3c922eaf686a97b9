namespace LogosActors.Interop.Tests.Peers;

/// <summary>A node of discv5 by @chainsafe/discv5 (peers/discv5-peer.mjs).</summary>
internal sealed class JsDiscv5Peer : IAsyncDisposable
{
    readonly PeerProcess _process;

    JsDiscv5Peer(PeerProcess process, string record) => (_process, Record) = (process, record);

    /// <summary>Its record.</summary>
    public string Record { get; }

    /// <summary>Starts the process.</summary>
    public static async Task<JsDiscv5Peer> StartAsync()
    {
        var process = PeerProcess.Start("discv5-peer.mjs", "{}");
        try
        {
            return new JsDiscv5Peer(process, (await process.EventAsync("listening")).GetProperty("enr").GetString()!);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Names it a node.</summary>
    public Task AddAsync(string record) => _process.CallAsync("add", new { Enr = record });

    /// <summary>Looks up a random id.</summary>
    /// <returns>The records of the nearest nodes.</returns>
    public async Task<IReadOnlyList<string>> LookUpAsync() =>
        [.. (await _process.CallAsync("lookup")).GetProperty("records").EnumerateArray().Select(record => record.GetString()!)];

    /// <summary>How many peers it takes to be there.</summary>
    public async Task<int> ConnectedAsync() => (await _process.CallAsync("table")).GetProperty("connected").GetInt32();

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
