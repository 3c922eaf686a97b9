using System.Text;
using LogosActors.Actors.Persistence;
using LogosActors.Actors.Persistence.Journals;
using LogosActors.Actors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Actors.Tests.Conformance;

/// <summary>What the rules about persistent actors share: a journal that the test holds in its hand, and an actor that it scripts.</summary>
public abstract class PersistenceSuite : ConformanceSuite
{
    static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    static readonly EventSerialization Serialization = EventSerialization.CreateBuilder()
        .Add<Noted>("test.noted", noted => Encode(noted.Text), bytes => new Noted(Strict.GetString(bytes.Span)))
        .Add<Summary>("test.summary", summary => Encode(summary.Text), bytes => new Summary(Strict.GetString(bytes.Span)))
        .Build();

    protected PersistenceSuite(HostFactory host, ITestOutputHelper output, Func<PersistenceOptions, PersistenceOptions>? configure = null)
        : this(host, output, new GatedJournal(), new InMemorySnapshotStore(), configure ?? (static options => options))
    {
    }

    PersistenceSuite(
        HostFactory host, ITestOutputHelper output, GatedJournal journal, InMemorySnapshotStore snapshots,
        Func<PersistenceOptions, PersistenceOptions> configure)
        : base(host, output, options => options with
        {
            Persistence = configure(new PersistenceOptions { Journal = journal, Snapshots = snapshots, Serialization = Serialization }),
        }) =>
        (Journal, Snapshots, Factory) = (journal, snapshots, host);

    protected GatedJournal Journal { get; }

    protected InMemorySnapshotStore Snapshots { get; }

    HostFactory Factory { get; }

    /// <summary>Another system on the same journal, as another process would be.</summary>
    protected ActorTestKit StartOtherSystem()
    {
        var persistence = new PersistenceOptions { Journal = Journal, Snapshots = Snapshots, Serialization = Serialization };
        return new ActorTestKit(Factory(Logs, options => options with { Persistence = persistence }), Logs);
    }

    protected static SerializedEvent Stored(string text, string manifest = "test.noted") =>
        new(EventSerialization.ProtobufSerializerId, manifest, Encode(text));

    /// <summary>Stores notes as if an earlier incarnation had.</summary>
    protected void Put(string persistenceId, params string[] texts)
    {
        for (var i = 0; i < texts.Length; i++)
            Journal.Put(persistenceId, i + 1, Stored(texts[i]));
    }

    /// <summary>Opens a notebook.</summary>
    /// <param name="id">Its persistence id.</param>
    /// <param name="script">What it does; notes each text that it is told and answers with it, when null.</param>
    protected ActorRef Open(string id, Script? script = null) =>
        System.Spawn(Props.Create(() => new Notebook(id, script ?? new Script())));

    /// <summary>Spawns actors under a supervisor of their own.</summary>
    /// <returns>The supervisor and the children.</returns>
    protected async Task<(ActorRef Supervisor, IReadOnlyList<ActorRef> Children)> SpawnUnderAsync(
        SupervisorStrategy strategy, params Props[] children)
    {
        var probe = CreateTestProbe();
        var props = Props.Create(() => new ScriptedActor((self, _) =>
        {
            foreach (var child in children)
                probe.Ref.Tell(self.Context.Spawn(child));
        }));
        var supervisor = System.Spawn(props with { SupervisorStrategy = strategy });
        supervisor.Tell("spawn");
        return (supervisor, [.. (await probe.ReceiveN(children.Length)).Cast<ActorRef>()]);
    }

    /// <summary>The notes that an actor holds, in order.</summary>
    protected Task<string> ReadAsync(ActorRef notebook) => AwaitAsync(notebook.Ask<string>(new Read(), 20 * Second));

    /// <summary>Notes a text and waits until it is stored.</summary>
    protected async Task NoteAsync(ActorRef notebook, string text) =>
        Assert.Equal(text, await AwaitAsync(notebook.Ask<string>(text, 20 * Second)));

    /// <summary>Stops an actor and waits for its end.</summary>
    protected Task CloseAsync(ActorRef notebook) => AwaitAsync(System.StopAsync(notebook, 20 * Second));

    public override async ValueTask DisposeAsync()
    {
        Journal.ReleaseWrites();
        Journal.ReleaseReads();
        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    static ReadOnlyMemory<byte> Encode(string text) => Strict.GetBytes(text);

    /// <summary>The event.</summary>
    protected sealed record Noted(string Text);

    /// <summary>An event without a codec.</summary>
    protected sealed record Secret(string Text);

    /// <summary>The snapshot.</summary>
    protected sealed record Summary(string Text);

    /// <summary>Asks for the notes.</summary>
    protected sealed record Read;

    /// <summary>What a notebook does; null for nothing in particular.</summary>
    protected sealed record Script
    {
        public Action<INotebook, object> Receive { get; init; } = static (self, message) => self.Note((string)message);

        public Action<INotebook>? Starts { get; init; }

        public Action<INotebook, object>? Recovers { get; init; }

        public Action<Exception, object, long>? Rejected { get; init; }

        public Action<Exception, object, long>? Failed { get; init; }

        public Action<Exception>? RecoveryFailed { get; init; }
    }

    /// <summary>What a script may use of the actor.</summary>
    protected interface INotebook
    {
        ActorContext Own { get; }

        ActorRef Address { get; }

        ActorRef From { get; }

        IReadOnlyList<string> Texts { get; }

        long Last { get; }

        void Respond(object message);

        /// <summary>Persists a note, applies it and answers with its text.</summary>
        void Note(string text);

        void Apply(Noted noted);

        void Persist<T>(T @event, Action<T> handler)
            where T : notnull;

        void PersistAll<T>(IEnumerable<T> events, Action<T> handler)
            where T : notnull;

        void PersistAsync<T>(T @event, Action<T> handler)
            where T : notnull;

        void Defer(Action handler);

        void Save();

        void DeleteEvents(long to);

        void DeleteSnapshots(long to);
    }

    /// <summary>Keeps notes: one event, one snapshot, and a script.</summary>
    protected sealed class Notebook(string id, Script script) : PersistentActor, INotebook
    {
        readonly List<string> _texts = [];

        public ActorContext Own => Context;

        public ActorRef Address => Self;

        public ActorRef From => Sender;

        public IReadOnlyList<string> Texts => _texts;

        public long Last => LastSequenceNr;

        protected override string PersistenceId => id;

        public void Respond(object message) => Reply(message);

        public void Note(string text) => Persist(new Noted(text), noted =>
        {
            Apply(noted);
            Reply(noted.Text);
        });

        public void Apply(Noted noted) => _texts.Add(noted.Text);

        public new void Persist<T>(T @event, Action<T> handler)
            where T : notnull => base.Persist(@event, handler);

        public new void PersistAll<T>(IEnumerable<T> events, Action<T> handler)
            where T : notnull => base.PersistAll(events, handler);

        public new void PersistAsync<T>(T @event, Action<T> handler)
            where T : notnull => base.PersistAsync(@event, handler);

        public new void Defer(Action handler) => base.Defer(handler);

        public void Save() => SaveSnapshot(new Summary(string.Join(' ', Texts)));

        public new void DeleteEvents(long to) => base.DeleteEvents(to);

        public new void DeleteSnapshots(long to) => base.DeleteSnapshots(to);

        protected override void PreStart() => script.Starts?.Invoke(this);

        protected override void Receive(object message)
        {
            if (message is Read)
                Reply(string.Join(' ', _texts));
            else
                script.Receive(this, message);
        }

        protected override void Recover(object message)
        {
            switch (message)
            {
                case SnapshotOffer { State: Summary summary }:
                    _texts.AddRange(summary.Text.Split(' '));
                    break;
                case Noted noted:
                    Apply(noted);
                    break;
            }

            script.Recovers?.Invoke(this, message);
        }

        protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
        {
            base.OnPersistRejected(cause, @event, sequenceNr);
            script.Rejected?.Invoke(cause, @event, sequenceNr);
        }

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
        {
            base.OnPersistFailure(cause, @event, sequenceNr);
            script.Failed?.Invoke(cause, @event, sequenceNr);
        }

        protected override void OnRecoveryFailure(Exception cause)
        {
            base.OnRecoveryFailure(cause);
            script.RecoveryFailed?.Invoke(cause);
        }
    }
}
