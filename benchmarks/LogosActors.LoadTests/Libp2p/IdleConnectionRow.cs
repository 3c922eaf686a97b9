using LogosActors.Libp2p.Connections;

namespace LogosActors.LoadTests.Libp2p;

/// <summary>What a connection occupies on the managed heap that has carried a stream and waits for the next: one end of it.</summary>
internal sealed class IdleConnectionRow : Row
{
    const int Connections = 5_000;
    const int QuickConnections = 500;
    const int AtOnce = 8;

    public override string Name => "memory of an idle connection, of 5,000";

    public override async Task<Outcome> MeasureAsync(Budget budget)
    {
        using var nodes = new Nodes();
        // The first ones grow pools that are kept for good; they are not a cost of idle connections.
        await CloseAsync(await ConnectAsync(nodes, AtOnce));
        var count = budget == Budget.Quick ? QuickConnections : Connections;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var connections = await ConnectAsync(nodes, count);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        await CloseAsync(connections);
        return new(
            (after - before) / (double)connections.Count, "B/connection", new($"held in one process: {count:N0} × 2 ends", double.NaN), new Target.AtMost(40 * 1024));
    }

    static async Task<List<MuxedConnection>> ConnectAsync(Nodes nodes, int count)
    {
        var connections = new List<MuxedConnection>(count * 2);
        for (var i = 0; i < count; i += AtOnce)
        {
            var made = await Task.WhenAll(Enumerable.Range(0, Math.Min(AtOnce, count - i)).Select(_ => Task.Run(nodes.ConnectAsync)));
            connections.AddRange(made.SelectMany(pair => new[] { pair.Dialed, pair.Accepted }));
            await Task.WhenAll(made.Select(pair => UseAsync(pair.Dialed)));
            await Task.WhenAll(made.Select(pair => AnswerAsync(pair.Accepted)));
        }
        return connections;
    }

    static async Task UseAsync(MuxedConnection dialed)
    {
        var stream = await dialed.OpenStreamAsync();
        await stream.WriteAsync(new byte[100]);
        await stream.CloseWriteAsync();
    }

    static async Task AnswerAsync(MuxedConnection accepted)
    {
        var stream = await accepted.AcceptStreamAsync();
        while (await stream.ReadAsync(new byte[100]) > 0)
            continue;
        await stream.CloseWriteAsync();
    }

    static Task CloseAsync(List<MuxedConnection> connections) => Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
}
