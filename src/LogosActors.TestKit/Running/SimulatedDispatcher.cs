using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;

namespace LogosActors.TestKit.Running;

/// <summary>The dispatcher of every actor in a simulation. Named in the configuration that the simulation makes.</summary>
internal sealed class SimulatedDispatcherConfigurator : MessageDispatcherConfigurator
{
    readonly SimulatedDispatcher _dispatcher;

    /// <summary>Called by Akka.</summary>
    public SimulatedDispatcherConfigurator(Config config, IDispatcherPrerequisites prerequisites)
        : base(config, prerequisites)
    {
        ArgumentNullException.ThrowIfNull(prerequisites);
        _dispatcher = new SimulatedDispatcher(this, ((SimulatedScheduler)prerequisites.Scheduler).Process);
    }

    /// <inheritdoc/>
    public override MessageDispatcher Dispatcher() => _dispatcher;
}

/// <summary>Hands mailboxes to the loop; one message is one turn.</summary>
internal sealed class SimulatedDispatcher : MessageDispatcher
{
    readonly SimulatedProcess _process;
    readonly ConditionalWeakTable<Mailbox, ForeignMailboxWork> _others = [];
    ActorPath? _attaching;

    public SimulatedDispatcher(MessageDispatcherConfigurator configurator, SimulatedProcess process)
        : base(configurator)
    {
        _process = process;
        Throughput = 1;
    }

    public override void Attach(ActorCell cell)
    {
        var outer = _attaching;
        _attaching = cell.Self.Path;
        try
        {
            base.Attach(cell);
        }
        finally
        {
            _attaching = outer;
        }
    }

    protected override void ExecuteTask(IRunnable run)
    {
        if (_process.Loop.IsForeign)
            _process.Loop.Escaped("woke an actor", () => ExecuteTask(run));
        else if (run is not Mailbox mailbox)
            _process.Schedule(static action => ((IRunnable)action!).Run(), run);
        else
            _process.Loop.Ready(WorkOf(mailbox));
    }

    protected override void Shutdown()
    {
    }

    Work WorkOf(Mailbox mailbox)
    {
        if (mailbox.MessageQueue is SimulatedMailbox.MessageQueue queue)
        {
            queue.Work.Mailbox = mailbox;
            return queue.Work;
        }

        // A mailbox is first scheduled when its actor is attached.
        return _others.GetValue(mailbox, one => new ForeignMailboxWork(_process, $"{_process.Name}{_attaching?.ToStringWithoutAddress()}", one));
    }
}
