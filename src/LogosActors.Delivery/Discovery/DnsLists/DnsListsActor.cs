using Akka.Actor;
using Akka.Event;
using LogosActors.Actors;
using LogosActors.Libp2p.Hosting;

namespace LogosActors.Delivery.Discovery.DnsLists;

/// <summary>Owns the client of lists in DNS.</summary>
/// <remarks>
/// Parent: <see cref="DiscoveryActor"/>, one-for-one, restart with backoff 1 s … 1 min. A failure costs the questions under way; a restart reads the
/// copies and asks again.
/// </remarks>
#pragma warning disable CA1001 // PostStop disposes of what it owns
internal sealed class DnsListsActor(INodeHost host, IReadOnlyList<string> lists, DiscoveryFiles? files) : SupervisedActor, IWithTimers
#pragma warning restore CA1001
{
    readonly CancellationTokenSource _stopping = new();
    DnsListClient _client = null!;

    public static Props Props(INodeHost host, IReadOnlyList<string> lists, DiscoveryFiles? files) =>
        Akka.Actor.Props.Create(() => new DnsListsActor(host, lists, files));

    public ITimerScheduler Timers { get; set; } = null!;

    protected override void PreStart()
    {
        _client = new DnsListClient(
            lists.Select(text => ListUrl.TryParse(text, out var url, out _) ? url : null).OfType<ListUrl>(), Context.System.Random());
        IReadOnlyList<DnsListCopy> copies = [];
        WithFiles(kept => copies = kept.ReadLists());
        Run(_client.Restore(copies));
        Run(_client.Tick(Now));
    }

    protected override void PostStop()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Texts answer:
                Run(_client.Answered(answer.Id, answer.Records, Now));
                break;
            case Tick:
                Run(_client.Tick(Now));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    void Run(IReadOnlyList<DnsListEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case DnsListEffect.Query query:
                    PipeToSelf(AskAsync(query));
                    break;
                case DnsListEffect.Found found:
                    Context.Parent.Tell(new NodeDiscovery.Found(found.Record), Self);
                    break;
                case DnsListEffect.Keep keep:
                    WithFiles(kept => kept.Write(keep.Copy));
                    break;
                case DnsListEffect.Drop drop:
                    WithFiles(kept => kept.Delete(drop.List));
                    break;
                case DnsListEffect.Problem problem:
                    Log.Debug("The list {0}: {1}", problem.List, problem.Reason);
                    break;
            }
        }
        if (_client.Due is { } due)
            Timers.StartSingleTimer(Tick.Instance, Tick.Instance, due > Now ? due - Now : TimeSpan.Zero);
    }

    async Task<Texts> AskAsync(DnsListEffect.Query query)
    {
        try
        {
            return new Texts(query.Id, await host.FindTextsAsync(query.Name, _stopping.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            return new Texts(query.Id, []);
        }
    }

    void WithFiles(Action<DiscoveryFiles> act)
    {
        try
        {
            if (files is not null)
                act(files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Warning("The copies of lists of nodes cannot be used: {0}", e.Message);
        }
    }

    sealed record Texts(long Id, IReadOnlyList<string> Records);

    sealed record Tick
    {
        public static readonly Tick Instance = new();
    }
}
