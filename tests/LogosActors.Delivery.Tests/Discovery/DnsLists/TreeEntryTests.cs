using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Discovery.DnsLists;
using LogosActors.Libp2p.Encoding;
using static LogosActors.Delivery.Tests.Discovery.DnsLists.DnsVectors;

namespace LogosActors.Delivery.Tests.Discovery.DnsLists;

public sealed class TreeEntryTests
{
    internal static ListUrl List(string url) =>
        ListUrl.TryParse(url, out var list, out var error) ? list : throw new InvalidOperationException($"{error}: {url}");

    static DecodeError RootErrorOf(string text, string url) => TreeRoot.TryParse(text, List(url), out _, out var error) ? DecodeError.None : error;

    static DecodeError UrlErrorOf(string text) => ListUrl.TryParse(text, out _, out var error) ? DecodeError.None : error;

    static DecodeError EntryErrorOf(string text) => TreeEntry.TryParse(text, out _, out var error) ? DecodeError.None : error;

    [Theory]
    [InlineData(Root, Url, "JWXYDBPXYWG6FX3GMDIBFA6CJ4", "C7HRFPF3BLGF3YR4DY5KX3SMBE", 1)]
    [InlineData(JsRoot, JsUrl, "JORXBYVVM7AEKETX5DGXW44EAY", "FDXN3SN67NA5DKA4J2GOK7BVQI", 1839)]
    public void A_published_root_is_verified(string text, string url, string nodes, string links, int sequence)
    {
        Assert.True(TreeRoot.TryParse(text, List(url), out var root, out _));
        Assert.Equal((nodes, links, (ulong)sequence), (root.Nodes.Text, root.Links.Text, root.Sequence));
    }

    [Theory]
    [InlineData(JsBadSignature, DecodeError.InvalidSignature)]
    [InlineData(JsMalformed, DecodeError.InvalidText)]
    [InlineData(JsBadPrefix, DecodeError.InvalidText)]
    [InlineData(Root, DecodeError.InvalidSignature)] // by another key
    [InlineData("", DecodeError.InvalidText)]
    public void A_root_that_is_none_is_refused(string text, DecodeError expected) => Assert.Equal(expected, RootErrorOf(text, JsUrl));

    [Fact]
    public void A_root_with_another_number_is_refused() =>
        Assert.Equal(DecodeError.InvalidSignature, RootErrorOf(Root.Replace("seq=1", "seq=2", StringComparison.Ordinal), Url));

    [Fact]
    public void The_entries_of_the_specification_have_the_names_that_it_gives_them()
    {
        foreach (var (name, text) in Zone.Where(record => record.Key.Length > 1))
        {
            Assert.Equal(name, $"{TreeHash.Of(text)}.n");
            Assert.True(TreeEntry.TryParse(text, out _, out _));
        }
    }

    [Fact]
    public void A_branch_names_its_children()
    {
        Assert.True(TreeEntry.TryParse(JsBranch, out var entry, out _));
        Assert.Equal(
            ["D2SNLTAGWNQ34NTQTPHNZDECFU", "67BLTJEU5R2D5S3B4QKJSBRFCY", "A2HDMZBB4JIU53VTEGC4TG6P4A"],
            Assert.IsType<TreeEntry.Branch>(entry).Children.Select(child => child.Text));
        Assert.True(TreeEntry.TryParse("enrtree-branch:", out entry, out _));
        Assert.Empty(Assert.IsType<TreeEntry.Branch>(entry).Children);
    }

    // geth p2p/dnsdisc/tree_test.go, in the form of today's specification.
    [Theory]
    [InlineData("enrtree-branch:1,2", DecodeError.InvalidText)]
    [InlineData("enrtree-branch:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", DecodeError.InvalidText)]
    [InlineData("enrtree-branch:d2snltagwnq34ntqtphnzdecfu", DecodeError.InvalidText)]
    [InlineData("enr:gggggggggggggg", DecodeError.InvalidField)]
    [InlineData("enr:-HW4QLZHjM4vZXkbp-5xJoHsKSbE7W39FPC8283X-y8oHcHPTnDDlIlzL5ArvDUlHZVDPgmFASrh7cWgLOLxj4wprRkHgmlkgnY0iXNlY3AyNTZrMaEC3t2jLMhDpCDX5mbSEwDn4L3iUfyXzoO8G28XvjGRkrAg", DecodeError.TrailingBytes)]
    [InlineData("", DecodeError.Unsupported)]
    [InlineData("foo", DecodeError.Unsupported)]
    [InlineData("enrtree", DecodeError.Unsupported)]
    [InlineData("enrtree-x=", DecodeError.Unsupported)]
    public void An_entry_that_is_none_is_refused(string text, DecodeError expected) => Assert.Equal(expected, EntryErrorOf(text));

    [Fact]
    public void An_entry_that_is_too_long_is_refused() =>
        Assert.Equal(DecodeError.LimitExceeded, EntryErrorOf("enrtree-branch:" + string.Join(',', Enumerable.Repeat("D2SNLTAGWNQ34NTQTPHNZDECFU", 20))));

    [Fact]
    public void A_URL_has_a_key_and_a_domain()
    {
        var url = List(Link);

        Assert.Equal("morenodes.example.org", url.Domain);
        Assert.Equal(33, url.Key.Length);
        Assert.Equal(Link, url.ToString());
        Assert.Equal(List(Link.Replace("morenodes", "MoreNodes", StringComparison.Ordinal)), url);
    }

    [Theory]
    [InlineData("enrtree://nodes.example.org", DecodeError.InvalidText)]
    [InlineData("entree-branch://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@nodes.example.org", DecodeError.InvalidText)]
    [InlineData("enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2nodes.example.org", DecodeError.InvalidText)]
    [InlineData("enrtree://AP62DT7WOTEQZGQZOU474PP3KMEGVTTE7A7NPRXKX3DUD57@nodes.example.org", DecodeError.InvalidText)]
    [InlineData("enrtree://AP62DT7WONEQZGQZOU474PP3KMEGVTTE7A7NPRXKX3DUD57TQHGIA@nodes.example.org", DecodeError.InvalidValue)]
    [InlineData("enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@", DecodeError.InvalidText)]
    [InlineData("enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@a..b", DecodeError.InvalidText)]
    [InlineData("enrtree://AM5FCQLWIZX2QFPNJAP7VUERCCRNGRHWZG3YYHIUV7BVDQ5FDPRT2@a/b", DecodeError.InvalidText)]
    public void A_URL_that_is_none_is_refused(string text, DecodeError expected) => Assert.Equal(expected, UrlErrorOf(text));

    [Fact]
    public void Any_bytes_have_one_text_in_base32() =>
        Prop.ForAll<byte[]>(bytes =>
        {
            var text = Base32Text.Encode(bytes);
            var decoded = new byte[bytes.Length];
            Assert.True(Base32Text.TryDecode(text, decoded));
            Assert.Equal(bytes, decoded);
            Assert.Equal(SimpleBase.Base32.Rfc4648.Encode(bytes), text);
        }).QuickCheckThrowOnFailure();
}
