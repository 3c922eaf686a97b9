using System.Reflection;
using System.Threading.Channels;
using static LogosActors.Delivery.Tests.Node;

namespace LogosActors.Delivery.Tests;

/// <summary>What the code of an application looks like around a node.</summary>
public sealed class ApplicationTests
{
    [Fact]
    public async Task An_asynchronous_handler_is_called_with_the_next_event_when_it_has_handled_the_last()
    {
        await using var alice = await StartAsync();
        await using var bob = await StartAsync(alice);
        var began = Channel.CreateUnbounded<string>();
        var goOn = new SemaphoreSlim(0);
        var running = 0;
        using var handler = bob.Handle<MessageReceived>(async received =>
        {
            Assert.Equal(1, Interlocked.Increment(ref running));
            began.Writer.TryWrite(received.Message.ReadText());
            await goOn.WaitAsync();
            Interlocked.Decrement(ref running);
        });
        await bob.SubscribeAsync([Topic]);
        await alice.SubscribeAsync([Topic]);
        await alice.HasPeersAsync(1);

        foreach (var text in (string[])["one", "two", "three"])
            await alice.SendAsync(MessageEnvelope.FromText(Topic, text));

        Assert.Equal("one", await began.Reader.ReadAsync());
        goOn.Release();
        Assert.Equal("two", await began.Reader.ReadAsync());
        Assert.False(began.Reader.TryRead(out _));
        goOn.Release(2);
        Assert.Equal("three", await began.Reader.ReadAsync());
    }

    [Fact]
    public async Task An_asynchronous_handler_that_throws_is_called_with_the_next_event()
    {
        await using var alice = await StartAsync();
        var handled = Channel.CreateUnbounded<MessageError>();
        using var throws = alice.Handle<MessageError>(async failed =>
        {
            await Task.Yield();
            handled.Writer.TryWrite(failed);
            throw new InvalidOperationException("The application's mistake.");
        });

        await alice.SendAsync(Text("nobody is there"));
        await alice.SendAsync(Text("nobody is there"));
        await alice.StopAsync();

        await handled.Reader.ReadAsync();
        await handled.Reader.ReadAsync();
    }

    [Fact]
    public async Task A_handler_that_is_removed_is_called_no_more()
    {
        await using var node = await MessagingNode.CreateAsync(Options);
        var calls = 0;
        var handler = node.Handle<ConnectionStatusChanged>(_ => Task.FromResult(Interlocked.Increment(ref calls)));
        handler.Dispose();
        handler.Dispose();

        await node.StartAsync();
        await node.StopAsync();

        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task A_node_can_be_disposed_of_twice_at_once()
    {
        var node = await StartAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => node.DisposeAsync().AsTask()));

        Assert.False(node.IsStarted);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => node.StartAsync());
    }

    [Fact]
    public void Payloads_can_be_JSON()
    {
        var message = MessageEnvelope.FromJson(Topic, new Reading("kitchen", 21.5));

        Assert.Equal("""{"room":"kitchen","degrees":21.5}""", message.ReadText());
        Assert.True(message.TryReadJson<Reading>(out var reading));
        Assert.Equal(new Reading("kitchen", 21.5), reading);
        Assert.False(MessageEnvelope.FromText(Topic, "no JSON").TryReadJson<Reading>(out _));
        Assert.False(MessageEnvelope.FromText(Topic, "null").TryReadJson<Reading>(out _));
    }

    [Fact]
    public async Task An_applications_tests_need_no_network()
    {
        var node = DispatchProxy.Create<IMessagingNode, FakeNode>();

        await new Thermometer(node).ReportAsync(21.5);

        Assert.Equal("""{"room":"kitchen","degrees":21.5}""", Assert.Single(((FakeNode)(object)node).Sent).ReadText());
    }

    sealed record Reading(string Room, double Degrees);

    /// <summary>A part of an application.</summary>
    sealed class Thermometer(IMessagingNode node)
    {
        public async Task ReportAsync(double degrees)
        {
            if (await node.SendAsync(MessageEnvelope.FromJson(Topic, new Reading("kitchen", degrees))) is { IsSuccess: false } refused)
                throw new InvalidOperationException(refused.Error.Message);
        }
    }

#pragma warning disable CA1852 // DispatchProxy derives from it
    internal class FakeNode : DispatchProxy
#pragma warning restore CA1852
    {
        public List<MessageEnvelope> Sent { get; } = [];

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            Assert.Equal(nameof(IMessagingNode.SendAsync), targetMethod?.Name);
            Sent.Add((MessageEnvelope)args![0]!);
            return Task.FromResult<Result<RequestId, SendError>>(RequestId.New());
        }
    }
}
