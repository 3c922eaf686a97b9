using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Tests.Discovery.DnsLists;

/// <summary>A <see cref="DnsListClient"/> with a zone that answers it, in virtual time.</summary>
internal sealed class ListWorld(Dictionary<string, string> zone, IReadOnlyList<ListUrl> lists, int seed = 1)
{
    static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(50);

    readonly List<(TimeSpan Time, DnsListEffect.Query Query)> _questions = [];

    public DnsListClient Client { get; } = new(lists, new Random(seed));

    public TimeSpan Now { get; private set; }

    public List<NodeRecord> Found { get; } = [];

    public Dictionary<string, DnsListCopy> Copies { get; } = new(StringComparer.Ordinal);

    public List<string> Problems { get; } = [];

    public List<(TimeSpan Time, string Name)> Asked { get; } = [];

    /// <summary>Names that DNS does not answer, or all.</summary>
    public Func<string, bool> IsSilent { get; set; } = static _ => false;

    public static ListWorld Of(Dictionary<string, string> zone, params string[] urls) => new(zone, [.. urls.Select(TreeEntryTests.List)]);

    public ListWorld Restore(params DnsListCopy[] copies)
    {
        Do(Client.Restore(copies));
        return this;
    }

    /// <summary>Lets time pass.</summary>
    public ListWorld Run(TimeSpan duration)
    {
        var end = Now + duration;
        while (true)
        {
            var answered = _questions.Count > 0 ? _questions.Min(question => question.Time) : TimeSpan.MaxValue;
            var next = Client.Due is { } due && due < answered ? due : answered;
            if (next > end)
                break;
            Now = next > Now ? next : Now;
            if (answered > Now)
            {
                Do(Client.Tick(Now));
                continue;
            }
            var index = _questions.FindIndex(question => question.Time == answered);
            var query = _questions[index].Query;
            _questions.RemoveAt(index);
            Do(Client.Answered(query.Id, zone.TryGetValue(query.Name, out var text) ? ["something else", text] : [], Now));
        }
        Now = end;
        return this;
    }

    void Do(IReadOnlyList<DnsListEffect> effects)
    {
        foreach (var effect in effects)
        {
            switch (effect)
            {
                case DnsListEffect.Query query:
                    Asked.Add((Now, query.Name));
                    if (!IsSilent(query.Name))
                        _questions.Add((Now + RoundTrip, query));
                    break;
                case DnsListEffect.Found found:
                    Found.Add(found.Record);
                    break;
                case DnsListEffect.Keep keep:
                    Copies[keep.Copy.Url] = keep.Copy;
                    break;
                case DnsListEffect.Drop drop:
                    Copies.Remove(drop.List.ToString());
                    break;
                case DnsListEffect.Problem problem:
                    Problems.Add(problem.Reason);
                    break;
            }
        }
    }
}
