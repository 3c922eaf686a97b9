using System.Collections.Concurrent;
using LogosActors.Actors.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

public sealed class DependencyInjectionOnEmbeddedHost(ITestOutputHelper output) : DependencyInjectionRules(Hosts.Embedded, output);

public sealed class DependencyInjectionOnDeterministicHost(ITestOutputHelper output) : DependencyInjectionRules(Hosts.Deterministic, output);

/// <summary>The contract about actors that are made from services.</summary>
public abstract class DependencyInjectionRules(HostFactory host, ITestOutputHelper output)
    : ConformanceSuite(host, output, static options => options with { Services = Services() })
{
    [Fact]
    public async Task An_actor_gets_services_and_the_arguments_that_are_none()
    {
        var actor = System.Spawn(Props.FromServices<Owner>("argument"));
        var owned = await AskAsync(actor);
        Assert.Equal("argument", owned.Argument);
        Assert.Same(System.Services.GetRequiredService<Shared>(), owned.Shared);
        Assert.Same(owned.Scoped, owned.AgainScoped);
    }

    [Fact]
    public async Task Two_actors_share_singletons_and_nothing_scoped()
    {
        var (one, other) = (await AskAsync(System.Spawn(Props.FromServices<Owner>("1"))), await AskAsync(System.Spawn(Props.FromServices<Owner>("2"))));
        Assert.Same(one.Shared, other.Shared);
        Assert.NotSame(one.Scoped, other.Scoped);
    }

    [Fact]
    public async Task A_restart_disposes_the_scope_of_the_old_incarnation_before_the_new_one_has_its_own()
    {
        var shared = System.Services.GetRequiredService<Shared>();
        var actor = System.Spawn(Props.FromServices<Owner>("owner"));
        var first = await AskAsync(actor);
        await EventFilter.Exception<FormatException>().Expect(1, () => actor.Tell("fail"));
        var second = await AskAsync(actor);
        Assert.NotSame(first.Scoped, second.Scoped);
        Assert.True(first.Scoped.IsDisposed);
        Assert.False(second.Scoped.IsDisposed);
        Assert.Equal(["made", "stopped", "disposed", "made"], shared.Events);
    }

    [Fact]
    public async Task A_stop_disposes_the_scope_after_the_last_hook()
    {
        var shared = System.Services.GetRequiredService<Shared>();
        var actor = System.Spawn(Props.FromServices<Owner>("owner"));
        var owned = await AskAsync(actor);
        await AwaitAsync(System.StopAsync(actor, 9 * Second));
        Assert.True(owned.Scoped.IsDisposed);
        Assert.False(owned.Shared.IsDisposed);
        Assert.Equal(["made", "stopped", "disposed"], shared.Events);
    }

    [Fact]
    public async Task A_resumed_actor_keeps_its_scope()
    {
        var parent = System.Spawn(
            Props.Create(() => new ScriptedActor((self, _) => self.Reply(self.Context.Spawn(Props.FromServices<Owner>("owner"))))) with
            {
                SupervisorStrategy = new OneForOneStrategy { Decider = _ => Directive.Resume },
            });
        var actor = await AwaitAsync(parent.Ask<ActorRef>("spawn", 9 * Second));
        var first = await AskAsync(actor);
        await EventFilter.Exception<FormatException>().Expect(1, () => actor.Tell("fail"));
        Assert.Same(first.Scoped, (await AskAsync(actor)).Scoped);
        Assert.False(first.Scoped.IsDisposed);
    }

    [Fact]
    public async Task A_missing_service_is_a_failure_of_the_start_that_names_it_and_stops_the_actor()
    {
        var probe = CreateTestProbe();
        await EventFilter.Exception<ActorInitializationException>(nameof(IMissing)).Expect(1, () =>
            probe.Watch(System.Spawn(Props.FromServices<Needy>(), "needy")));
        Assert.Equal("/needy", (await probe.ExpectMsg<Terminated>()).Actor.Path);
        Assert.Contains(Logs.Entries, e => e.Exception is ActorInitializationException failed
            && failed.Message.Contains("/needy", StringComparison.Ordinal) && failed.Message.Contains(nameof(Needy), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_failed_constructor_has_taken_from_the_services_is_disposed()
    {
        var shared = System.Services.GetRequiredService<Shared>();
        await EventFilter.Exception<ActorInitializationException>("broken").Expect(1, () => System.Spawn(Props.FromServices<Broken>()));
        await AwaitCondition(() => System.Tree().Count == 0);
        Assert.Equal(["made", "disposed"], shared.Events);
    }

    [Fact]
    public async Task A_service_that_can_only_be_disposed_asynchronously_is_disposed_as_well()
    {
        var actor = System.Spawn(Props.FromServices<AsynchronousOwner>());
        var service = await AwaitAsync(actor.Ask<Asynchronous>("service", 9 * Second));
        await AwaitAsync(System.StopAsync(actor, 9 * Second));
        await AdvanceAsync(2 * Second);
        await AwaitAsync(service.Disposed);
        Assert.DoesNotContain(Logs.Entries, e => e.Exception is not null);
    }

    [Fact]
    public async Task A_service_that_fails_to_be_disposed_is_logged_and_keeps_nobody_from_stopping()
    {
        var actor = System.Spawn(Props.FromServices<StubbornOwner>(), "stubborn");
        await EventFilter.Error("/stubborn").Expect(1, () => AwaitAsync(System.StopAsync(actor, 9 * Second)));
    }

    static ServiceProvider Services() => new ServiceCollection()
        .AddSingleton<Shared>()
        .AddScoped<Scoped>()
        .AddScoped<Asynchronous>()
        .AddScoped<Stubborn>()
        .BuildServiceProvider();

    async Task<Owned> AskAsync(ActorRef actor) => await AwaitAsync(actor.Ask<Owned>("what do you own?", 9 * Second));

    interface IMissing;

    sealed record Owned(Shared Shared, Scoped Scoped, Scoped AgainScoped, string Argument);

    sealed class Shared : IDisposable
    {
        public ConcurrentQueue<string> Events { get; } = new();

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    sealed class Scoped : IDisposable
    {
        readonly Shared _shared;

        public Scoped(Shared shared)
        {
            _shared = shared;
            shared.Events.Enqueue("made");
        }

        public bool IsDisposed { get; private set; }

        public void Dispose()
        {
            IsDisposed = true;
            _shared.Events.Enqueue("disposed");
        }
    }

    sealed class Asynchronous : IAsyncDisposable
    {
        readonly TaskCompletionSource _disposed = new();

        public TimeProvider Clock { get; set; } = TimeProvider.System;

        public Task Disposed => _disposed.Task;

        public async ValueTask DisposeAsync()
        {
            await Task.Delay(Second, Clock);
            _disposed.SetResult();
        }
    }

    sealed class Stubborn : IDisposable
    {
        public void Dispose() => throw new FormatException("never");
    }

    sealed class Owner(Shared shared, Scoped scoped, Scoped again, string argument) : Actor
    {
        protected override void Receive(object message)
        {
            if (message is "fail")
                throw new FormatException("as asked");
            Reply(new Owned(shared, scoped, again, argument));
        }

        protected override void PostStop() => shared.Events.Enqueue("stopped");
    }

    sealed class Needy(IMissing missing) : Actor
    {
        protected override void Receive(object message) => Reply(missing);
    }

    sealed class Broken : Actor
    {
        public Broken(Scoped scoped) => throw new FormatException(scoped.IsDisposed ? "disposed" : "broken");
    }

    sealed class AsynchronousOwner(Asynchronous service) : Actor
    {
        protected override void Receive(object message)
        {
            service.Clock = Time;
            Reply(service);
        }
    }

    sealed class StubbornOwner : Actor
    {
        public StubbornOwner(Stubborn service) => _ = service;
    }
}
