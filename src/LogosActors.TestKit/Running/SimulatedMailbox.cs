using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Dispatch.MessageQueues;

namespace LogosActors.TestKit.Running;

/// <summary>The mailbox of every actor in a simulation; a deque, so that it serves actors that stash as well.</summary>
internal sealed class SimulatedMailbox : MailboxType, IProducesMessageQueue<SimulatedMailbox.MessageQueue>
{
    /// <summary>Called by Akka.</summary>
    public SimulatedMailbox(Settings settings, Config config)
        : base(settings, config)
    {
    }

    /// <inheritdoc/>
    public override IMessageQueue Create(IActorRef owner, ActorSystem system)
    {
        ArgumentNullException.ThrowIfNull(owner);
        ArgumentNullException.ThrowIfNull(system);
        return new MessageQueue(((SimulatedScheduler)system.Scheduler).Process, owner);
    }

    /// <summary>The messages of one actor. One thread uses it; what comes from another is kept apart, and reported.</summary>
    public sealed class MessageQueue : IMessageQueue, IUnboundedDequeBasedMessageQueueSemantics, IMultipleConsumerSemantics
    {
        readonly SimulationLoop _loop;
        readonly IActorRef _owner;
        Envelope[] _envelopes = new Envelope[4];
        int _head;

        internal MessageQueue(SimulatedProcess process, IActorRef owner)
        {
            (_loop, _owner) = (process.Loop, owner);
            Work = new MailboxWork(process, StablePath(owner.Path), this);
        }

        /// <inheritdoc/>
        public bool HasMessages => Count > 0;

        /// <inheritdoc/>
        public int Count { get; private set; }

        internal MailboxWork Work { get; }

        internal IActorRef Owner => _owner;

        /// <inheritdoc/>
        public void Enqueue(IActorRef receiver, Envelope envelope)
        {
            if (_loop.IsForeign)
            {
                _loop.Escaped($"sent a {envelope.Message.GetType()} to {_owner}", () => _owner.Tell(envelope.Message, envelope.Sender));
                return;
            }

            if (Work.Process!.IsDead)
                return;
            if (envelope.Sender is CrashSender)
            {
                EnqueueFirst(envelope);
                return;
            }

            _loop.TraceMessage(Work, envelope.Message);
            Grow();
            _envelopes[(_head + Count) & (_envelopes.Length - 1)] = envelope;
            Count++;
        }

        /// <inheritdoc/>
        public void EnqueueFirst(Envelope envelope)
        {
            Grow();
            _head = (_head - 1) & (_envelopes.Length - 1);
            _envelopes[_head] = envelope;
            Count++;
        }

        /// <inheritdoc/>
        public bool TryDequeue(out Envelope envelope)
        {
            if (Count == 0)
            {
                envelope = default;
                return false;
            }

            envelope = Take();
            _loop.Handling(this, ref envelope);
            return true;
        }

        /// <inheritdoc/>
        public void CleanUp(IActorRef owner, IMessageQueue deadletters)
        {
            ArgumentNullException.ThrowIfNull(deadletters);
            while (Count > 0)
            {
                var envelope = Take();
                if (envelope.Sender is not CrashSender)
                    deadletters.Enqueue(owner, envelope);
            }
        }

        Envelope Take()
        {
            var envelope = _envelopes[_head];
            _envelopes[_head] = default;
            _head = (_head + 1) & (_envelopes.Length - 1);
            Count--;
            return envelope;
        }

        // Akka numbers this actor per process, not per system.
        static string StablePath(ActorPath path) =>
            path.Name.StartsWith("EventStreamUnsubscriber-", StringComparison.Ordinal) ? "/system/EventStreamUnsubscriber" : path.ToStringWithoutAddress();

        void Grow()
        {
            if (Count < _envelopes.Length)
                return;
            var larger = new Envelope[_envelopes.Length * 2];
            for (var i = 0; i < Count; i++)
                larger[i] = _envelopes[(_head + i) & (_envelopes.Length - 1)];
            (_envelopes, _head) = (larger, 0);
        }
    }
}

/// <summary>The turns of one actor.</summary>
internal sealed class MailboxWork(SimulatedProcess process, string path, SimulatedMailbox.MessageQueue queue)
    : Work(process, string.Concat(process.Name, path))
{
    /// <summary>Only what the application runs may be crashed at random.</summary>
    public bool IsApplication { get; } = path.StartsWith("/user/", StringComparison.Ordinal);

    public string Path { get; } = path;

    public SimulatedMailbox.MessageQueue Queue => queue;

    public Mailbox? Mailbox { get; set; }

    /// <summary>A crash that comes after the message has been handled.</summary>
    public Exception? CrashAfter { get; set; }

    public override void Run()
    {
        Mailbox!.Run();
        if (CrashAfter is not { } crash)
            return;
        CrashAfter = null;
        CrashSender.Crash(queue.Owner, crash);
    }
}
