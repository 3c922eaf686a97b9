using LogosActors.Actors.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace LogosActors.Actors.Tests.Hosting;

public sealed class ActorSystemServiceTests
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task The_hosts_stop_runs_the_phases_in_order_and_stops_the_actors_last()
    {
        using var host = Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var order = new List<string>();
        system.Spawn(Props.Create(() => new Stopped(order)), "worker");
        foreach (var phase in Enum.GetValues<ShutdownPhase>().Reverse())
            system.Shutdown.AddTask(phase, phase.ToString(), _ =>
            {
                lock (order)
                    order.Add(phase.ToString());
                return Task.CompletedTask;
            });
        await host.StopAsync();
        Assert.Equal(
            [
                nameof(ShutdownPhase.BeforeServiceUnbind), nameof(ShutdownPhase.ServiceUnbind),
                nameof(ShutdownPhase.ServiceRequestsDone), nameof(ShutdownPhase.ServiceStop),
                nameof(ShutdownPhase.BeforeActorSystemTerminate), "actor stopped", nameof(ShutdownPhase.ActorSystemTerminate),
            ],
            order);
        Assert.True(system.WhenTerminated.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task A_phase_that_hangs_or_fails_does_not_keep_the_next_from_running()
    {
        using var host = Build((_, o) => o with { PhaseTimeout = TimeSpan.FromMilliseconds(50) });
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var ran = false;
        system.Shutdown.AddTask(ShutdownPhase.ServiceUnbind, "hangs", _ => new TaskCompletionSource().Task);
        system.Shutdown.AddTask(ShutdownPhase.ServiceStop, "fails", _ => throw new InvalidOperationException("on purpose"));
        system.Shutdown.AddTask(ShutdownPhase.BeforeActorSystemTerminate, "runs", _ =>
        {
            ran = true;
            return Task.CompletedTask;
        });
        await host.StopAsync();
        Assert.True(ran);
    }

    [Fact]
    public async Task A_failure_escalated_to_the_root_stops_the_host()
    {
        using var host = Build((_, o) => o with { RootStrategy = new OneForOneStrategy { Decider = _ => Directive.Escalate } });
        await host.StartAsync();
        var stopping = Stopping(host);
        var system = host.Services.GetRequiredService<ActorSystem>();
        system.Spawn(Props.Create(() => new Stopped([])), "worker").Tell("fail");
        await stopping.WaitAsync(Limit);
        await Assert.ThrowsAsync<EscalatedToRootException>(() => system.WhenTerminated);
    }

    [Fact]
    public async Task A_failure_escalated_to_the_root_stops_the_host_though_an_actor_never_stops()
    {
        using var host = Build((_, o) => o with
        {
            PhaseTimeout = TimeSpan.FromMilliseconds(50),
            RootStrategy = new OneForOneStrategy { Decider = _ => Directive.Escalate },
        });
        await host.StartAsync();
        var stopping = Stopping(host);
        var system = host.Services.GetRequiredService<ActorSystem>();
        await system.Spawn(Props.Create(() => new Stuck()), "stuck").Ask<string>("work", Limit);
        system.Spawn(Props.Create(() => new Stopped([])), "worker").Tell("fail");
        await stopping.WaitAsync(Limit);
        Assert.False(system.WhenTerminated.IsCompleted);
    }

    [Fact]
    public async Task A_system_that_the_application_terminates_stops_the_host()
    {
        using var host = Build();
        await host.StartAsync();
        var stopping = Stopping(host);
        await host.Services.GetRequiredService<ActorSystem>().TerminateAsync();
        await stopping.WaitAsync(Limit);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_system_that_has_ended_before_its_host_begins_stops_the_host()
    {
        using var host = Build();
        var stopping = Stopping(host);
        await host.Services.GetRequiredService<ActorSystem>().TerminateAsync();
        await host.StartAsync();
        await stopping.WaitAsync(Limit);
    }

    [Fact]
    public async Task The_stop_of_the_host_is_the_reason_of_the_shutdown()
    {
        using var host = Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        await host.StopAsync();
        Assert.Equal(ShutdownReason.HostStopping, system.Shutdown.Reason);
    }

    [Fact]
    public async Task Each_incarnation_has_a_service_scope_of_its_own_that_ends_with_it()
    {
        using var host = Build();
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        var actor = system.Spawn(Props.FromServices<Scoped>());
        var first = await actor.Ask<Resource>("resource", TimeSpan.FromSeconds(5));
        actor.Tell("fail");
        var second = await actor.Ask<Resource>("resource", TimeSpan.FromSeconds(5));
        Assert.NotSame(first, second);
        Assert.True(first.Disposed);
        Assert.False(second.Disposed);
        await system.StopAsync(actor, TimeSpan.FromSeconds(5));
        Assert.True(second.Disposed);
    }

    static IHost Build(Func<IServiceProvider, ActorSystemOptions, ActorSystemOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddScoped<Resource>();
        builder.Services.AddActorSystem("test", configure);
        return builder.Build();
    }

    static Task Stopping(IHost host)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }

    sealed class Resource : IDisposable
    {
        public bool Disposed { get; private set; }

        public void Dispose() => Disposed = true;
    }

    sealed class Scoped(Resource resource) : Actor
    {
        protected override void Receive(object message)
        {
            if (message is "fail")
                throw new InvalidOperationException("on purpose");
            Reply(resource);
        }
    }

    sealed class Stopped(List<string> order) : Actor
    {
        protected override void Receive(object message) => throw new InvalidOperationException("on purpose");

        protected override void PostStop()
        {
            lock (order)
                order.Add("actor stopped");
        }
    }

    sealed class Stuck : Actor
    {
        protected override async ValueTask ReceiveAsync(object message)
        {
            Reply("begun");
            await new TaskCompletionSource().Task;
        }
    }
}
