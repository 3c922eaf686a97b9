using System.Net;
using LogosActors.Libp2p.Dialing.Dns;
using LogosActors.Libp2p.Tests.Hosting;
using LogosActors.TestKit;
using static LogosActors.Libp2p.Tests.Dialing.DnsServer;

namespace LogosActors.Libp2p.Tests.Dialing;

public sealed class DnsResolverTests
{
    const string TheName = "a.example";

    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    // Virtual time: a slow machine is no reason to give up.
    static DnsResolver Resolver(params DnsServer[] servers) => Resolver(new VirtualTime(), servers);

    static DnsResolver Resolver(VirtualTime time, params DnsServer[] servers) => new([.. servers.Select(server => server.EndPoint)], Timeout, time);

    [Fact]
    public async Task A_name_is_looked_up_with_an_id_and_letter_cases_that_nobody_can_guess()
    {
        using var server = Knowing(TheName, "one", "two");
        var resolver = Resolver(server);

        for (var i = 0; i < 20; i++)
            Assert.Equal(["one", "two"], await resolver.TextsAsync(TheName, default));
        Assert.Empty(await resolver.TextsAsync("b.example", default));

        Assert.InRange(server.Questions.Select(question => (question[0] << 8) | question[1]).Distinct().Count(), 15, 21);
        Assert.InRange(server.Questions.Select(NameOf).Distinct(StringComparer.Ordinal).Count(), 10, 21);
    }

    [Fact]
    public async Task Forged_answers_are_passed_over()
    {
        using var server = new DnsServer(question =>
        {
            var forged = Answer(question, Txt("forged"));
            var wrongId = forged.ToArray();
            wrongId[0] ^= 1;
            var wrongCase = forged.ToArray();
            wrongCase[13] ^= 0x20;
            return [wrongId, wrongCase, [], new byte[5], Answer(question, Txt("true"))];
        });

        Assert.Equal(["true"], await Resolver(server).TextsAsync(TheName, default));
    }

    [Fact]
    public async Task An_answer_that_is_truncated_is_fetched_over_tcp()
    {
        var text = new string('x', 20_000);
        using var server = new DnsServer(question => [Answer(question, code: 0, isTruncated: true)], question => Answer(question, Txt(text), Txt("b")));

        Assert.Equal([text, "b"], await Resolver(server).TextsAsync(TheName, default));
        Assert.Equal(2, server.Questions.Count);
    }

    [Fact]
    public async Task A_server_that_changes_the_case_of_names_is_asked_over_tcp()
    {
        var time = new VirtualTime();
        using var server = new DnsServer(
            question => [System.Text.Encoding.Latin1.GetBytes(System.Text.Encoding.Latin1.GetString(Answer(question, Txt("a"))).Replace(NameOf(question)[2..], "EXAMPLE", StringComparison.Ordinal))],
            question => Answer(question, Txt("a")));
        var asked = Resolver(time, server).TextsAsync("0.example", default);
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await TestHost.Until(() => server.Questions.Count >= attempt || asked.IsCompleted);
            time.Advance(Timeout);
        }

        Assert.Equal(["a"], await asked);
    }

    [Fact]
    public async Task When_a_server_is_silent_or_fails_the_next_is_asked()
    {
        var time = new VirtualTime();
        using var silent = new DnsServer(_ => []);
        using var failing = new DnsServer(question => [Answer(question, code: 2)], question => Answer(question, code: 5));
        using var server = Knowing(TheName, "found");
        var asked = Resolver(time, silent, failing, server).TextsAsync(TheName, default);

        for (var attempt = 1; attempt <= 2; attempt++)
        {
            await TestHost.Until(() => silent.Questions.Count == attempt);
            time.Advance(Timeout);
        }

        Assert.Equal(["found"], await asked);
        Assert.Equal(3, failing.Questions.Count);
    }

    [Fact]
    public async Task When_nobody_answers_there_is_nothing()
    {
        using var server = new DnsServer(_ => []);
        var endPoint = server.EndPoint;
        server.Dispose();

        Assert.Empty(await new DnsResolver([endPoint], Timeout, new VirtualTime()).TextsAsync(TheName, default));
        Assert.Empty(await new DnsResolver([], Timeout, new VirtualTime()).TextsAsync(TheName, default));
        Assert.Empty(await new DnsResolver([endPoint], Timeout, new VirtualTime()).TextsAsync("no name", default));
    }

    [Fact]
    public async Task Giving_up_ends_a_question()
    {
        using var server = new DnsServer(_ => []);
        using var giveUp = new CancellationTokenSource();
        var asked = Resolver(server).TextsAsync(TheName, giveUp.Token);
        await TestHost.Until(() => !server.Questions.IsEmpty);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
    }

    [Fact]
    public void The_servers_of_the_system_are_those_of_its_configuration()
    {
        var configured = File.ReadLines("/etc/resolv.conf")
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words is ["nameserver", _, ..])
            .Select(words => new IPEndPoint(IPAddress.Parse(words[1]), 53))
            .Distinct()
            .Take(DnsResolver.MaxServers)
            .DefaultIfEmpty(new IPEndPoint(IPAddress.Loopback, 53));

        Assert.Equal(configured, SystemNameServers.Find());
    }

    [Fact]
    public void Of_many_servers_the_first_three_are_asked_each_once_and_of_none_the_machine_itself()
    {
        IPAddress[] addresses = [.. new[] { "192.0.2.1", "fec0:0:0:ffff::1", "192.0.2.1", "2001:db8::1", "192.0.2.3", "192.0.2.4" }.Select(IPAddress.Parse)];

        Assert.Equal(
            [new(IPAddress.Parse("192.0.2.1"), 53), new(IPAddress.Parse("2001:db8::1"), 53), new IPEndPoint(IPAddress.Parse("192.0.2.3"), 53)],
            SystemNameServers.Choose(addresses));
        Assert.Equal([new IPEndPoint(IPAddress.Loopback, 53)], SystemNameServers.Choose([]));
    }
}
