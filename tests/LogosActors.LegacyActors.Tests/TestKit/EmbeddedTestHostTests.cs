using LogosActors.Actors.TestKit;

namespace LogosActors.Actors.Tests.TestKit;

public sealed class EmbeddedTestHostTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task In_virtual_time_the_disposal_ends_though_a_handler_awaits_without_end()
    {
        var gate = new TaskCompletionSource();
        var host = new EmbeddedTestHost();
        await SpawnStuck(host, async () => await gate.Task);
        await host.DisposeAsync().AsTask().WaitAsync(Limit);
        Assert.False(host.System.WhenTerminated.IsCompleted);
        gate.SetResult();
        await host.System.WhenTerminated.WaitAsync(Limit);
    }

    [Fact]
    public async Task In_virtual_time_the_disposal_ends_though_a_handler_blocks_its_thread()
    {
        using var gate = new ManualResetEventSlim();
        var host = new EmbeddedTestHost();
        await SpawnStuck(host, () =>
        {
            gate.Wait();
            return Task.CompletedTask;
        });
        await host.DisposeAsync().AsTask().WaitAsync(Limit);
        Assert.False(host.System.WhenTerminated.IsCompleted);
        gate.Set();
        await host.System.WhenTerminated.WaitAsync(Limit);
    }

    [Fact]
    public async Task In_virtual_time_the_disposal_lets_a_handler_end_that_waits_by_the_virtual_clock()
    {
        var host = new EmbeddedTestHost();
        await SpawnStuck(host, async () => await Task.Delay(TimeSpan.FromSeconds(1), host.System.Time));
        await host.DisposeAsync().AsTask().WaitAsync(Limit);
        await host.System.WhenTerminated.WaitAsync(Limit);
    }

    /// <summary>Spawns an actor and waits until it is in its handler.</summary>
    static async Task SpawnStuck(EmbeddedTestHost host, Func<Task> work) =>
        await host.System.Spawn(Props.Create(() => new Stuck(work))).Ask<string>("begin", TimeSpan.FromHours(1)).WaitAsync(Limit);

    sealed class Stuck(Func<Task> work) : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            Reply("begun");
            await work();
        }
    }
}
