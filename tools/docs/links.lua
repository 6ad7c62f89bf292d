-- Links between pages (*.md) lead to the HTML made of them.
function Link(link)
  if not link.target:match('^%a[%w+.-]*:') then
    link.target = link.target:gsub('%.md$', '.html'):gsub('%.md#', '.html#')
  end
  return link
end
